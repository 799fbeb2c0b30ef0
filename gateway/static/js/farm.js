/* The grid of products: cells become fields, arrows and Enter move, a pasted column fills downwards, each change is
   saved as one leaves the cell. Without this script each product has its page. */
(() => {
  "use strict";
  const table = document.querySelector("[data-grid]");
  if (!table) return;
  const state = document.querySelector("[data-grid-state]");
  const rows = () => [...table.tBodies[0].rows];
  const fieldOf = (cell) => cell?.querySelector("input, select");
  let under = Promise.resolve();

  for (const row of rows()) for (const cell of row.querySelectorAll("[data-column]")) cell.replaceChildren(field(row, cell));

  function field(row, cell) {
    const list = cell.dataset.choices && document.querySelector(`template[data-list="${cell.dataset.choices}"]`);
    const made = document.createElement(list ? "select" : "input");
    if (list) made.append(list.content.cloneNode(true));
    if (!list && cell.dataset.column !== "name") made.inputMode = "decimal";
    if (cell.dataset.none) made.placeholder = cell.dataset.none;
    made.autocomplete = "off";
    made.value = cell.dataset.value;
    made.setAttribute("aria-label", `${cell.dataset.label} : ${row.dataset.name}`);
    return made;
  }

  table.addEventListener("change", (event) => save(event.target.closest("[data-column]")));
  table.addEventListener("focusin", (event) => { if (event.target.matches("input")) event.target.select(); });

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-column]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const here = event.target, text = here.matches("input");
    if (event.key === "Escape") { here.value = cell.dataset.value; return; }
    const atStart = !text || (here.selectionStart === 0);
    const atEnd = !text || (here.selectionEnd === here.value.length);
    const steps = { Enter: [event.shiftKey ? -1 : 1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const [down, right] = steps[event.key] || [0, 0];
    if (!down && !right) return;
    if (!text && (event.key === "ArrowDown" || event.key === "ArrowUp")) return;
    if ((right < 0 && !atStart) || (right > 0 && !atEnd)) return;
    event.preventDefault();
    go(cell, down, right);
  });

  function go(cell, down, right) {
    const row = cell.parentElement;
    const cells = [...row.querySelectorAll("[data-column]")];
    const target = down
      ? rows()[rows().indexOf(row) + down]?.querySelector(`[data-column="${cell.dataset.column}"]`)
      : cells[cells.indexOf(cell) + right];
    fieldOf(target)?.focus();
  }

  table.addEventListener("paste", (event) => {
    const lines = (event.clipboardData?.getData("text") || "").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const first = event.target.closest("[data-column]");
    if (!first || lines.length < 2) return;
    event.preventDefault();
    const all = rows(), from = all.indexOf(first.parentElement);
    lines.slice(0, all.length - from).forEach((line, index) => {
      const cell = all[from + index].querySelector(`[data-column="${first.dataset.column}"]`);
      const into = fieldOf(cell), word = line.split("\t")[0].trim();
      const option = into.matches("select") && [...into.options].find((one) => [one.text, one.value].includes(word));
      if (into.matches("select") && !option) return;
      into.value = option ? option.value : word;
      save(cell);
    });
  });

  // One after the other: two prices of one catalogue must not pass each other on the way.
  function save(cell) {
    if (!cell || fieldOf(cell).value === cell.dataset.value) return;
    mark(cell, "saving", "");
    under = under.then(() => send(cell));
  }

  async function send(cell) {
    const typed = fieldOf(cell).value;
    const body = new FormData();
    body.set("csrf_token", table.dataset.token);
    body.set("column", cell.dataset.column);
    body.set("value", typed);
    body.set("catalog_id", table.dataset.catalog);
    try {
      const answer = await fetch(`${table.dataset.grid}/${cell.parentElement.dataset.product}/cell`, { method: "POST", body });
      const told = await answer.json();
      if (!answer.ok) return mark(cell, "failed", told.sentence || table.dataset.failed);
      cell.dataset.value = String(told.value);
      if (fieldOf(cell).value === typed) fieldOf(cell).value = cell.dataset.value;
      mark(cell, "saved", "");
    } catch {
      mark(cell, "failed", table.dataset.failed);
    }
  }

  function mark(cell, word, fault) {
    cell.dataset.mark = word;
    cell.querySelector(".grid-fault")?.remove();
    fieldOf(cell).toggleAttribute("aria-invalid", word === "failed");
    if (fault) {
      const line = document.createElement("p");
      line.className = "grid-fault";
      line.textContent = fault;
      cell.append(line);
    }
    state.textContent = fault || table.dataset[word] || "";
  }

  addEventListener("beforeunload", (event) => { if (table.querySelector('[data-mark="saving"]')) event.preventDefault(); });
})();
