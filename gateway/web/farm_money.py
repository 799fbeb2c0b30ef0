"""VERSEMENTS: what is expected and when, payouts with their statements, invoices (SPEC F5, F6, O10)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from gateway.api import documents
from gateway.backend import ask
from gateway.web.farm import own_farm
from gateway.web.pages import Answer, ensure_known, go, page

blp = Blueprint("farm_money", __name__)
FARM = "/producer/<uuid:producer_id>"


@blp.get("/producer/payouts")
def payouts_of_mine() -> Answer:
    """Where mails and the menu lead: the first farm's, which has links to the others."""
    ensure_known()
    farms = ask("catalogs.my_producers", {})["items"]
    return go(f"/producer/{farms[0]['producer_id']}/payouts" if farms else "/producer")


@blp.get(f"{FARM}/payouts")
def payouts(producer_id: UUID) -> Answer:
    ensure_known()
    found = ask("payments.my_payouts", {"producer_id": producer_id, "limit": 20})
    before = request.args.get("after")
    asked = {"producer_id": producer_id, "limit": 20} | ({"before": before} if before else {})
    statements = ask("payments.statements_of", asked)
    account = ask("payments.account_state", {"producer_id": producer_id})
    on = {payout["paid_on"]: payout for payout in found["items"]}
    return page(
        "farm_money/payouts.html",
        producer_id=str(producer_id),
        expected=_by_day(found["expected"]),
        expected_cents=found["expected_cents"],
        statements=statements,
        account=account,
        troubles=[payout for payout in on.values() if payout["error"]],
    )


@blp.get(f"{FARM}/statements/<monday>")
def statement(producer_id: UUID, monday: str) -> Answer:
    ensure_known()
    found = ask("payments.statement_on", {"producer_id": producer_id, "monday": monday})
    return page("farm_money/statement.html", producer_id=str(producer_id), statement=found)


@blp.get(f"{FARM}/statements/<monday>.pdf")
def statement_pdf(producer_id: UUID, monday: str) -> Response:
    ensure_known()
    answer: Response = documents.statement_on_pdf(producer_id, monday)
    return answer


@blp.get(f"{FARM}/statements/<monday>.csv")
def statement_csv(producer_id: UUID, monday: str) -> Response:
    ensure_known()
    answer: Response = documents.statement_on_csv(producer_id, monday)
    return answer


@blp.get(f"{FARM}/invoices")
def invoices(producer_id: UUID) -> Answer:
    ensure_known()
    farm = own_farm(producer_id)
    after = request.args.get("after")
    asked = {"producer_id": producer_id, "limit": 50} | ({"after": after} if after else {})
    return page("farm_money/invoices.html", farm=farm, invoices=ask("payments.invoices_of", asked))


@blp.get(f"{FARM}/invoices/<uuid:invoice_id>")
def invoice(producer_id: UUID, invoice_id: UUID) -> Answer:
    ensure_known()
    farm = own_farm(producer_id)
    return page("farm_money/invoice.html", farm=farm, invoice=ask("payments.invoice", {"invoice_id": invoice_id}))


@blp.get(f"{FARM}/invoices/<uuid:invoice_id>.pdf")
def invoice_pdf(producer_id: UUID, invoice_id: UUID) -> Response:
    ensure_known()
    own_farm(producer_id)
    answer: Response = documents.invoice_pdf(invoice_id)
    return answer


def _by_day(expected: list[Any]) -> list[Any]:
    return sorted(expected, key=lambda share: (share["pay_on"], share["sale_id"]))
