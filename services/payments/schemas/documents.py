"""Receipts and invoices."""

from marshmallow import Schema, fields

from services.payments.schemas.common import Amount, PageQuery
from shared.fields import WireDecimal


class InvoiceId(Schema):
    invoice_id = fields.UUID(required=True)


class InvoicesOf(PageQuery):
    producer_id = fields.UUID(required=True)


class VatRate(Schema):
    """gross - vat = net. `vat_bp`: 550 is 5.5 %."""

    vat_bp = fields.Integer()
    gross_cents = Amount()
    vat_cents = Amount()
    net_cents = Amount()


class Seller(Schema):
    """`vat_exempt`: « TVA non applicable, art. 293 B du CGI »."""

    producer_id = fields.UUID()
    name = fields.String()
    commune = fields.String()
    postcode = fields.String()
    siret = fields.String(allow_none=True)
    vat_exempt = fields.Boolean()


class Buyer(Schema):
    name = fields.String()


class DocumentLine(Schema):
    name = fields.String()
    unit = fields.String()
    quantity = WireDecimal()
    unit_price_cents = Amount()
    vat_bp = fields.Integer()
    gross_cents = Amount()


class Reference(Schema):
    invoice_id = fields.UUID()
    number = fields.String()
    issued_on = fields.String()


class ListedInvoice(Schema):
    """`kind`: invoice or credit_note, whose amounts are below zero."""

    invoice_id = fields.UUID()
    kind = fields.String()
    number = fields.String()
    issued_on = fields.Date()
    gross_cents = Amount()
    vat_cents = Amount()
    producer_id = fields.UUID()
    producer_name = fields.String()
    basket_id = fields.UUID()
    sale_id = fields.UUID()
    market_id = fields.UUID()


class Invoices(Schema):
    items = fields.List(fields.Nested(ListedInvoice))
    next = fields.UUID(allow_none=True)


class Invoice(ListedInvoice):
    """As it was issued. `corrects`: the invoice that this credit note takes back; `replaces`: the one that was taken back."""

    class Meta:
        exclude = ("producer_name",)

    seller = fields.Nested(Seller)
    buyer = fields.Nested(Buyer)
    market_name = fields.String()
    basket_number = fields.Integer()
    delivered_on = fields.String()
    lines = fields.List(fields.Nested(DocumentLine))
    rates = fields.List(fields.Nested(VatRate))
    corrects = fields.Nested(Reference, allow_none=True)
    replaces = fields.Nested(Reference, allow_none=True)


class ReceiptSeller(Seller):
    lines = fields.List(fields.Nested(DocumentLine))
    rates = fields.List(fields.Nested(VatRate))
    gross_cents = Amount()


class ReceiptPayment(Schema):
    """`kind`: card, or credit of the member. `reference`: the provider's word for a card."""

    kind = fields.String()
    amount_cents = Amount()
    at = fields.AwareDateTime()
    reference = fields.String(allow_none=True)


class ReceiptRefund(Schema):
    """`kind`: card, or credit of the member. `at`: accepted by the provider, or credited; None while it is pending."""

    refund_id = fields.UUID()
    kind = fields.String()
    amount_cents = Amount()
    reason = fields.String()
    status = fields.String()
    asked_at = fields.AwareDateTime()
    at = fields.AwareDateTime(allow_none=True)


class Receipt(Schema):
    """`state`: ordered, delivered (lines as they were handed over) or cancelled.

    total = paid - refunded + elsewhere: what the basket's other payments, refunds or balance bear of this order.
    """

    order_id = fields.UUID()
    basket_id = fields.UUID()
    basket_number = fields.Integer()
    sale_id = fields.UUID()
    market_id = fields.UUID()
    market_name = fields.String()
    time_zone = fields.String()
    buyer = fields.Nested(Buyer)
    ordered_at = fields.AwareDateTime()
    state = fields.String()
    delivered_at = fields.AwareDateTime(allow_none=True)
    sellers = fields.List(fields.Nested(ReceiptSeller))
    rates = fields.List(fields.Nested(VatRate))
    total_cents = Amount()
    payments = fields.List(fields.Nested(ReceiptPayment))
    paid_cents = Amount()
    refunds = fields.List(fields.Nested(ReceiptRefund))
    refunded_cents = Amount()
    elsewhere_cents = Amount()
    invoices = fields.List(fields.Nested(ListedInvoice))
