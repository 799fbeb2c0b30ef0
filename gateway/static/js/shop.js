/* The shop keeps up: how long one may still order, and what is nearly gone. Asked for again only while somebody looks at
   the page, and not after the closing. Nothing moves: badges lie on the pictures. */
(() => {
  "use strict";

  const EVERY = 20000;
  const now = () => document.getElementById("now");
  let asked = Date.now();

  const look = () => {
    if (document.hidden || !now()?.hasAttribute("hx-get") || Date.now() - asked < EVERY) return;
    asked = Date.now();
    htmx.trigger(now(), "look");
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);

  // Also on offers that came since: after a search, a step, or further down.
  document.addEventListener("htmx:afterSettle", () => {
    if (now()?.matches("[data-told], [data-closed]")) document.querySelectorAll(".offer").forEach(show);
  });

  function show(offer) {
    const told = now().querySelector(`[data-of="${offer.id.slice(2)}"]`);
    offer.querySelector("[data-stock]").replaceChildren(...(told ? told.cloneNode(true).childNodes : []));
    const most = told ? Number(told.dataset.available) : Infinity;
    const input = offer.querySelector("[name=quantity]");
    limit(offer, input, told?.dataset.available);
    const taken = parseFloat(input.value.replace(",", ".")) || 0;
    offer.querySelector("[name='quantity:more']").disabled = now().matches("[data-closed]") || taken >= most;
  }

  // The form says how much there is when it is sent, and the stepper stops there. More than a few is not known exactly.
  function limit(offer, input, available) {
    const field = offer.querySelector("[name=available]");
    if (!field || (available === undefined && Number(field.value) > Number(now().dataset.few))) return;
    if (available === undefined) { field.remove(); delete input.dataset.most; return; }
    field.value = available;
    if (input.dataset.by) input.dataset.most = available;
  }
})();
