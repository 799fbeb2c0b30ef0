"""My orders: the list, one order with its payment, and the pickup for a calendar."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from gateway.backend import ask, ask_when_ready
from gateway.rpc import ServiceUnavailable
from gateway.web import calendar
from gateway.web.duty import needs
from gateway.web.formats import instant
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page
from gateway.web.session import cart_id
from shared import clock
from shared.errors import Refused

blp = Blueprint("orders_pages", __name__)
PER_PAGE = 20


@blp.get("/orders")
def orders() -> Answer:
    ensure_known()
    after = request.args.get("after")
    found = ask("orders.my_orders", {"limit": PER_PAGE} | ({"after": after} if after else {}))
    return page("orders/orders.html", duty=needs(), **found)


@blp.get("/orders/<uuid:order_id>")
def order(order_id: UUID) -> Answer:
    """`?payment=done`: back from the payment page, whose word may come before the provider's own."""
    ensure_known()
    found = ask("orders.order", {"order_id": order_id})
    farms: dict[str, list[Any]] = defaultdict(list)
    for line in found["lines"]:
        farms[line["producer_id"]].append(line)
    waiting = found["status"] == "placed" and request.args.get("payment") == "done"
    ending = found["status"] == "placed" and not waiting and instant(found["expires_at"]) <= clock.now()
    failure = _last_failure(order_id) if found["status"] == "placed" and not (waiting or ending) else None
    names = {farm["producer_id"]: farm["name"] for farm in found["producers"]}
    facts = {"order": found, "farms": farms, "names": names, "waiting": waiting, "ending": ending}
    return page("orders/order.html", form=Form(), failure=failure, **facts)


@blp.get("/orders/<uuid:order_id>/state")
def state(order_id: UUID) -> Answer:
    """Asked every two seconds while the provider's word is awaited, or the end of a reservation (`?ending=1`): go on, or
    ask again.
    """
    ensure_known()
    if ask("orders.order", {"order_id": order_id})["status"] != "placed":
        return go(f"/orders/{order_id}")
    return page("orders/_waiting.html", order={"order_id": order_id}, ending=bool(request.args.get("ending")))


@blp.post("/orders/<uuid:order_id>/payment")
def pay(order_id: UUID) -> Answer:
    ensure_known()
    return to_payment(order_id)


@blp.post("/orders/<uuid:order_id>/cancellation")
def give_up(order_id: UUID) -> Answer:
    """Of an unpaid order; what was in it goes back into the cart. A change given up leaves the paid basket as it is."""
    ensure_known()
    form = Form.posted()
    order = form.send("orders.give_up", {"order_id": order_id})
    if order is None:
        return go(f"/orders/{order_id}", word=form.trouble or next(iter(form.errors.values())), kind="trouble")
    if order["top_up"]:
        word = _("Le changement est abandonné : votre panier reste comme il était.")
        return go(f"/sales/{order['sale_id']}/basket", word=word)
    return _refill(order, _("Votre commande est abandonnée ; son contenu est de nouveau dans votre panier."))


@blp.post("/orders/<uuid:order_id>/basket")
def refill(order_id: UUID) -> Answer:
    """What was ordered and never paid, once more into the basket."""
    ensure_known()
    return _refill(ask("orders.order", {"order_id": order_id}), _("C’est de nouveau dans votre panier."))


@blp.get("/orders/<uuid:order_id>/pickup.ics")
def pickup(order_id: UUID) -> Answer:
    ensure_known()
    found = ask("orders.order", {"order_id": order_id})
    answer = Response(calendar.pickup(found), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="retrait.ics"'
    return answer


def to_payment(order_id: UUID | str) -> Answer:
    """To the provider's page; when that is not to be had now, to the order, from where it can be tried again."""
    try:
        opened = ask_when_ready("payments.checkout", {"order_id": order_id})
    except Refused as refused:
        if refused.status == 404:
            raise
        return go(f"/orders/{order_id}", word=_("La page de paiement n’est pas encore prête. Réessayez."), kind="note")
    except ServiceUnavailable:
        return go(f"/orders/{order_id}", word=_("Le paiement ne répond pas. Réessayez dans un instant."), kind="note")
    return go(opened["url"])


def _refill(order: dict[str, Any], word: str) -> Answer:
    sale = order["sale"]
    lines = [{"product_id": line["product_id"], "quantity": line["quantity"]} for line in order["lines"]]
    body = {"cart_id": cart_id(order["sale_id"]), "sale_id": order["sale_id"], "lines": lines}
    ask("orders.change_cart", body)
    return go(f"/group/{sale['market_number']}/checkout/{order['sale_id']}", word=word)


def _last_failure(order_id: UUID) -> str | None:
    """Why the card was refused; payments may not have heard of the order yet."""
    try:
        failure: str | None = ask("payments.payment", {"order_id": order_id})["last_failure"]
    except (Refused, ServiceUnavailable):
        return None
    return failure
