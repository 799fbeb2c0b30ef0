/* What pages gain from a script. Nothing here is needed: every form and link works without it. */
(() => {
  "use strict";

  // A form is sent once: a second click while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-close], [data-copy], [data-share], [data-print], [data-step], [data-open], [data-shut]");
    if (!target) return;
    if (target.matches("[data-close]")) target.closest(".toast").remove();
    if (target.matches("[data-copy]")) copy(target);
    if (target.matches("[data-share]")) share(event, target);
    if (target.matches("[data-print]")) print();
    if (target.matches("[data-step]")) step(event, target);
    if (target.matches("[data-open]")) document.getElementById(target.dataset.open)?.showModal();
    if (target.matches("[data-shut]")) target.closest("dialog").close();
  });

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    const word = button.querySelector("[data-word]") || button;
    const before = word.textContent;
    word.textContent = button.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 2000);
  }

  // The system's own share sheet; without one, the button does what it does without a script.
  function share(event, button) {
    if (!navigator.share) return;
    event.preventDefault();
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  }

  // – 2 +: change the number at once, then tell whoever listens (htmx waits for the last of quick clicks).
  function step(event, button) {
    const box = button.closest("[data-stepper]");
    const input = box.querySelector("input");
    if (!button.closest("form[hx-post]") && !box.dataset.local) return;
    event.preventDefault();
    const comma = document.documentElement.lang === "fr";
    const now = parseFloat(input.value.replace(",", ".")) || 0;
    const least = parseFloat(input.dataset.least || "0");
    const most = parseFloat(input.dataset.most || "Infinity");
    const next = Math.min(most, Math.max(least, now + Number(button.dataset.step) * parseFloat(input.dataset.by)));
    const text = String(Math.round(next * 1000) / 1000);
    input.value = comma ? text.replace(".", ",") : text;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A step is told by the number that it made: htmx would send the button beside it, and the step would count twice.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type !== "change") return;
    event.detail.elt.querySelectorAll("[data-step]").forEach((button) => { delete event.detail.parameters[button.name]; });
  });

  // A number that changed while its last change was told is told next: the answer about the last one does not undo it.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-stepper]")?.closest("form[hx-post]");
    if (form) form.dataset.untold = "";
  });
  document.addEventListener("htmx:beforeRequest", (event) => { delete event.detail.elt.dataset.untold; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ("untold" in event.target.dataset) event.detail.shouldSwap = false;
  });

  // Countdowns: <time data-until="2023-09-09T10:00:00+00:00">, in minutes and seconds, from the server's clock.
  const skew = () => {
    const told = document.querySelector("[data-now]");
    return told ? Date.parse(told.dataset.now) - loaded : 0;
  };
  const loaded = Date.now();
  const tick = () => {
    document.querySelectorAll("[data-until]").forEach((place) => {
      const left = Math.max(0, Math.ceil((Date.parse(place.dataset.until) - Date.now() - skew()) / 1000));
      place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left === 0 && place.dataset.over !== "told") { place.dataset.over = "told"; location.reload(); }
    });
  };
  tick();
  setInterval(tick, 1000);

  // A row that is wider than the screen begins where one is.
  document.querySelectorAll(".shelves [aria-current], .market-menu [aria-current]").forEach((chosen) => {
    const row = chosen.closest("nav");
    const [at, whole] = [chosen.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += at.left - whole.left - (whole.width - at.width) / 2;
  });

  // A dialog that came with an answer opens itself.
  document.addEventListener("htmx:afterSettle", (event) => {
    const dialog = event.target.matches?.("dialog") ? event.target : null;
    if (dialog && !dialog.open && dialog.querySelector("[data-now-open]")) dialog.showModal();
    else if (dialog?.open) { dialog.scrollTop = 0; dialog.querySelector("[data-shut]")?.focus(); }
  });

  // What had the focus is gone from the answer: the focus goes to the first button in its place.
  let left = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    left = event.target.contains(document.activeElement) ? event.target.id : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!left || event.target.id !== left) return;
    if (document.activeElement === document.body) event.target.querySelector("button:not([disabled])")?.focus();
    left = null;
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog")) event.target.close();
  });
})();
