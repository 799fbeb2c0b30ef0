"""The end of the story: our ledger against our own count, against the provider's books, to the cent."""

from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from clayette import ledger
from clayette.demo.api import Card, DemoFailed, wait_for
from clayette.demo.story import Story, euros
from shared.config import Config


def check_the_cents(story: Story) -> None:
    """Raises DemoFailed when a cent is missing anywhere."""
    ledger = wait_for("the refunds to be booked", lambda: _complete(story))
    for posting in ledger["accounts"]:
        story.say(f"  {posting['account']:<58} {euros(posting['amount_cents']):>12}")
    _same("charges", ledger["charges_cents"], story.paid)
    _same("refunds", ledger["refunds_cents"], story.refunded)
    parts = ("refunds_cents", "producers_cents", "commission_cents", "fees_cents")
    _same("refunds + shares + commission + fees", sum(ledger[part] for part in parts), ledger["charges_cents"])
    story.say(
        f"Charges {euros(ledger['charges_cents'])} = refunds {euros(ledger['refunds_cents'])} + producers "
        f"{euros(ledger['producers_cents'])} + commission {euros(ledger['commission_cents'])} + fees "
        f"{euros(ledger['fees_cents'])}. Not a cent is missing."
    )
    _compare_with_provider(story, ledger)


def audit_the_books(story: Story) -> None:
    """Every rule of `clayette ledger check`, where the database of payments can be reached from here."""
    url = make_url(Config().database_of("payments"))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        story.say("The books are elsewhere: audit them there with `clayette ledger check`.")
        return
    lines = list(ledger.check(url.render_as_string(hide_password=False)))
    for text, fine in lines:
        if not fine:
            raise DemoFailed(text)
    story.say(f"{len(lines)} rules of the audit hold.")


def _complete(story: Story) -> dict[str, Any] | None:
    ledger: dict[str, Any] = story.admin.get(f"/sales/{story.sale_id}/ledger")
    return ledger if ledger["refunds_cents"] == story.refunded and ledger["unsettled_cents"] == 0 else None


def _compare_with_provider(story: Story, ledger: dict[str, Any]) -> None:
    """Of the provider's books, what belongs to this sale: transfers and charges carry it as transfer_group."""
    books = Card.books(story.payment_page)
    charges = [
        c
        for c in books["charges"]
        if c.get("transfer_group") == story.sale_id and c["paid"] and c["id"].startswith("ch_")
    ]
    intents = {charge["payment_intent"] for charge in charges}
    refunds = [refund for refund in books["refunds"] if refund["payment_intent"] in intents]
    transfers = [t for t in books["transfers"] if t.get("transfer_group") == story.sale_id]
    _same("the provider's charges", sum(c["amount"] for c in charges), ledger["charges_cents"])
    _same("the provider's refunds", sum(r["amount"] for r in refunds), ledger["refunds_cents"])
    _same("the provider's transfers", sum(t["amount"] for t in transfers), ledger["producers_cents"])
    story.say(
        f"The card provider's own books say the same: {len(charges)} charges, {len(refunds)} refunds, "
        f"{len(transfers)} transfers."
    )


def _same(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise DemoFailed(f"{what}: {euros(found)} instead of {euros(expected)}")
