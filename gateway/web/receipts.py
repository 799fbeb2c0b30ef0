"""What an order cost in the end: its receipt, and the producers' invoices, on the page and on paper."""

from uuid import UUID

from flask import Blueprint, Response

from gateway.api import documents
from gateway.backend import ask
from gateway.web.pages import Answer, ensure_known, page

blp = Blueprint("receipts", __name__)


@blp.get("/orders/<uuid:order_id>/receipt")
def receipt(order_id: UUID) -> Answer:
    """Of an unpaid order there is none yet: the refusal says so."""
    ensure_known()
    return page("receipts/receipt.html", receipt=ask("payments.receipt", {"order_id": order_id}))


@blp.get("/orders/<uuid:order_id>/receipt.pdf")
def receipt_pdf(order_id: UUID) -> Response:
    """The one of the API, for who comes with a session instead of a token."""
    ensure_known()
    answer: Response = documents.receipt_pdf(order_id)
    return answer


@blp.get("/invoices/<uuid:invoice_id>.pdf")
def invoice_pdf(invoice_id: UUID) -> Response:
    """For its buyer; payments refuses all others."""
    ensure_known()
    answer: Response = documents.invoice_pdf(invoice_id)
    return answer
