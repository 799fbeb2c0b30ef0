/* A basket's amounts as one types. The service counts the same at « Mettre à jour » and validating. */
(() => {
  "use strict";
  const form = document.getElementById("basket");
  if (!form || !form.querySelector("[data-settle]")) return;
  const euros = new Intl.NumberFormat(form.dataset.language === "en" ? "en-GB" : "fr-FR", { style: "currency", currency: "EUR" });
  const told = form.querySelector("[name=told_cents]");
  const settle = form.querySelector("[data-settle]");

  const typed = (field) => Number(field.value.replace(/\s/g, "").replace(",", ".")) / ("grams" in field.dataset ? 1000 : 1);
  const cents = (line) => {
    const quantity = typed(line.querySelector("[data-grams], [data-by]"));
    const [price, ordered, orderedCents, now, nowCents] =
      ["price", "ordered", "orderedCents", "now", "nowCents"].map((name) => Number(line.dataset[name]));
    if (!Number.isFinite(quantity) || quantity === now) return nowCents;
    if (quantity === ordered || ("weighed" in line.dataset && quantity > ordered)) return orderedCents;
    const worth = Math.floor((Math.round(quantity * 1000) * price + 500) / 1000);
    return quantity < ordered ? Math.min(worth, orderedCents) : worth;
  };
  const count = () => {
    let due = 0;
    form.querySelectorAll("[data-line]").forEach((line) => {
      const worth = cents(line);
      due += worth;
      line.querySelector("[data-cents]").textContent = euros.format(worth / 100);
    });
    const back = Math.max(0, Number(form.dataset.kept) - due);
    form.querySelector("[data-due-now]").textContent = euros.format(due / 100);
    form.querySelector("[data-back-now]").textContent = euros.format(back / 100);
    told.value = String(back);
    settle.textContent = back ? settle.dataset.refund.replace("{amount}", euros.format(back / 100)) : settle.dataset.plain;
  };
  form.addEventListener("input", count);
  form.addEventListener("change", count);
  form.addEventListener("click", (event) => {
    const missing = event.target.closest("[data-missing]");
    if (!missing) return;
    event.preventDefault();
    missing.closest("[data-line]").querySelector("[data-grams], [data-by]").value = "0";
    count();
  });
  count(); // what was typed before: shown again after a refusal, or kept by the browser
})();
