"""Documents of money: receipts, invoices, statements and accounts; as JSON, on paper (.pdf) and for spreadsheets."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, query
from gateway.documents import sheets, views
from gateway.documents.papers import CSV, PDF, file, paper, reader
from services.payments import schemas

blp = Blueprint("documents", __name__, description="Receipts, invoices, payout statements, accounts of a period")
Args = dict[str, Any]
OR_CSV = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}


@blp.route("/orders/<uuid:order_id>/receipt")
@blp.response(200, schemas.Receipt)
def receipt(order_id: UUID) -> Response:
    """What the order holds, what was paid and given back: for its member and the market's administrators."""
    return query("payments.receipt", {"order_id": order_id})


@blp.route("/orders/<uuid:order_id>/receipt.pdf")
@blp.response(200, content_type=PDF)
def receipt_pdf(order_id: UUID) -> Response:
    answer = ask("payments.receipt", {"order_id": order_id})
    return paper(partial(views.receipt, answer), f"recu-panier-{answer['basket_number']}.pdf", answer["ordered_at"])


@blp.route("/invoices/<uuid:invoice_id>")
@blp.response(200, schemas.Invoice)
def invoice(invoice_id: UUID) -> Response:
    """As it was issued: for its buyer, its seller and the market's administrators."""
    return query("payments.invoice", {"invoice_id": invoice_id})


@blp.route("/invoices/<uuid:invoice_id>.pdf")
@blp.response(200, content_type=PDF)
def invoice_pdf(invoice_id: UUID) -> Response:
    answer = ask("payments.invoice", {"invoice_id": invoice_id})
    return paper(partial(views.invoice, answer), f"{answer['number']}.pdf", f"{answer['issued_on']}T00:00:00+00:00")


@blp.route("/me/invoices")
@blp.arguments(schemas.PageQuery, location="query")
@blp.response(200, schemas.Invoices)
def my_invoices(args: Args) -> Response:
    """What the caller was invoiced, newest first."""
    return query("payments.my_invoices", args)


@blp.route("/producers/<uuid:producer_id>/invoices")
@blp.arguments(schemas.PageQuery, location="query")
@blp.response(200, schemas.Invoices)
def invoices_of(args: Args, producer_id: UUID) -> Response:
    """What the farm invoiced, newest first."""
    return query("payments.invoices_of", args | {"producer_id": producer_id})


@blp.route("/payouts/<uuid:payout_id>/statement")
@blp.response(200, schemas.Statement)
def statement(payout_id: UUID) -> Response:
    """What a payout consists of."""
    return query("payments.statement", {"payout_id": payout_id})


@blp.route("/payouts/<uuid:payout_id>/statement.pdf")
@blp.response(200, content_type=PDF)
def statement_pdf(payout_id: UUID) -> Response:
    return _statement_pdf(ask("payments.statement", {"payout_id": payout_id}))


@blp.route("/payouts/<uuid:payout_id>/statement.csv")
@blp.response(200, content_type=CSV)
def statement_csv(payout_id: UUID) -> Response:
    return _statement_csv(ask("payments.statement", {"payout_id": payout_id}))


@blp.route("/producers/<uuid:producer_id>/statements")
@blp.arguments(schemas.StatementPage, location="query")
@blp.response(200, schemas.Statements)
def statements_of(args: Args, producer_id: UUID) -> Response:
    """The farm's Mondays, newest first: those that paid and those that carried a balance over."""
    return query("payments.statements_of", args | {"producer_id": producer_id})


@blp.route("/producers/<uuid:producer_id>/statements/<monday>")
@blp.response(200, schemas.Statement)
def statement_on(producer_id: UUID, monday: str) -> Response:
    """Also of a Monday that paid nothing. `monday`: 2023-09-18."""
    return query("payments.statement_on", {"producer_id": producer_id, "monday": monday})


@blp.route("/producers/<uuid:producer_id>/statements/<monday>.pdf")
@blp.response(200, content_type=PDF)
def statement_on_pdf(producer_id: UUID, monday: str) -> Response:
    return _statement_pdf(ask("payments.statement_on", {"producer_id": producer_id, "monday": monday}))


@blp.route("/producers/<uuid:producer_id>/statements/<monday>.csv")
@blp.response(200, content_type=CSV)
def statement_on_csv(producer_id: UUID, monday: str) -> Response:
    return _statement_csv(ask("payments.statement_on", {"producer_id": producer_id, "monday": monday}))


@blp.route("/markets/<uuid:market_id>/accounting")
@blp.arguments(schemas.PeriodQuery, location="query")
@blp.response(200, schemas.Accounting)
@blp.doc(responses=OR_CSV)
def market_accounting(args: Args, market_id: UUID) -> Response:
    """Sales by producer, VAT rate and day, shares, charges and refunds, for the market's administrators."""
    return _accounting("payments.market_accounting", {"market_id": market_id}, args)


@blp.route("/producers/<uuid:producer_id>/accounting")
@blp.arguments(schemas.PeriodQuery, location="query")
@blp.response(200, schemas.Accounting)
@blp.doc(responses=OR_CSV)
def producer_accounting(args: Args, producer_id: UUID) -> Response:
    """The farm's sales by VAT rate and day, its shares and payouts, over all markets."""
    return _accounting("payments.producer_accounting", {"producer_id": producer_id}, args)


def _accounting(method: str, of: Args, args: Args) -> Response:
    period = {"from": args["since"], "to": args["until"]}
    if args["format"] == "json":
        return query(method, of | period)
    made = sheets.accounting(ask(method, of | period), reader())
    return file(made, CSV, f"comptes-{period['from']}-{period['to']}.csv")


def _statement_pdf(answer: Any) -> Response:
    return paper(
        partial(views.statement, answer), f"releve-{answer['monday']}.pdf", f"{answer['monday']}T00:00:00+00:00"
    )


def _statement_csv(answer: Any) -> Response:
    return file(sheets.statement(answer, reader()), CSV, f"releve-{answer['monday']}.csv")
