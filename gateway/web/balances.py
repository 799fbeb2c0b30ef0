"""What I owe or have in each market, what it is made of, and paying what is due (SPEC D2)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page

blp = Blueprint("balances", __name__)


@blp.get("/balances")
def balances() -> Answer:
    ensure_known()
    found = sorted(
        ask("payments.my_balances", {})["items"], key=lambda each: (each["balance_cents"], each["market_id"])
    )
    mine = ask("markets.my_markets", {})
    markets = {market["market_id"]: market for market in (*mine["administered"], *mine["joined"])}
    return page("balances/balances.html", items=found, markets=markets)


@blp.get("/balances/<uuid:market_id>")
def balance(market_id: UUID) -> Answer:
    """`?payment=done`: back from the payment page, whose word may come before the provider's own."""
    ensure_known()
    return _balance(market_id, Form())


@blp.get("/balances/<uuid:market_id>/state")
def state(market_id: UUID) -> Answer:
    """Asked every two seconds while the provider's word is awaited: go on, or ask again."""
    ensure_known()
    if not _is_being_paid(_mine(market_id)):
        return go(f"/balances/{market_id}")
    return page("balances/_waiting.html", market_id=market_id)


@blp.post("/balances/<uuid:market_id>/payment")
def pay(market_id: UUID) -> Answer:
    """To the provider's page; when there is none to be had, back here with the reason."""
    ensure_known()
    form = Form.posted()
    opened = form.send("payments.pay_balance", {"market_id": market_id})
    return _balance(market_id, form) if opened is None else go(opened["url"])


def _balance(market_id: UUID, form: Form) -> Answer:
    market = ask("markets.market", {"market_id": market_id})
    found = _mine(market_id)
    waiting = request.args.get("payment") == "done" and _is_being_paid(found)
    entries = [entry | {"words": words_of(entry["reason"], entry["amount_cents"])} for entry in found["entries"]]
    facts = {"market": market, "market_id": market_id, "balance": found, "entries": entries, "waiting": waiting}
    return page("balances/balance.html", form=form, **facts)


def _mine(market_id: UUID) -> dict[str, Any]:
    items = ask("payments.my_balances", {})["items"]
    nothing: dict[str, Any] = {"balance_cents": 0, "payable_cents": 0, "entries": []}
    return next((each for each in items if each["market_id"] == str(market_id)), nothing)


def _is_being_paid(balance: dict[str, Any]) -> bool:
    """Something is due, and it is on a payment page whose last word has not come."""
    return bool(balance["balance_cents"] < 0 and -balance["balance_cents"] > balance["payable_cents"])


def words_of(reason: str, cents: int) -> str:
    """An entry in plain words; above zero it is in the member's favour."""
    less, more = {
        "balance_due": (_("Remis en plus de ce qui était payé"), _("Panier corrigé : moins à payer")),
        "payment": (_("Avoir utilisé pour une commande"), _("Complément payé")),
        "credit": (_("Avoir corrigé"), _("Remboursement impossible sur votre carte : gardé en avoir")),
        "credit_returned": (_("Avoir repris : nous vous remboursons sur votre carte"), _("Avoir rendu")),
        "dispute_owed": (_("Votre banque a repris ce paiement : à payer de nouveau"), _("Complément payé")),
    }.get(reason, (_("Autre mouvement"), _("Autre mouvement")))
    return str(less if cents < 0 else more)
