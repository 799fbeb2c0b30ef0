"""What orders answers."""

from marshmallow import Schema, fields

from services.orders.schemas.shop import SaleFacts
from shared.fields import WireDecimal


class VatGroup(Schema):
    vat_bp = fields.Integer()
    gross_cents = fields.Integer()
    vat_cents = fields.Integer()


class CartLine(Schema):
    """`state`: ok, price_moved, stock_lacking, product_withdrawn or product_not_in_sale."""

    product_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
    name = fields.String()
    category = fields.String()
    photo_id = fields.UUID(allow_none=True)
    unit = fields.String()
    by_weight = fields.Boolean()
    quantity = WireDecimal()
    seen_cents = fields.Integer()
    now_cents = fields.Integer(allow_none=True)
    available = WireDecimal(allow_none=True)
    vat_bp = fields.Integer()
    gross_cents = fields.Integer()
    state = fields.String()


class Cart(Schema):
    """Sums are at present prices, without what is no longer sold. `order_id`: the order made of it."""

    cart_id = fields.UUID()
    sale_id = fields.UUID()
    order_id = fields.UUID(allow_none=True)
    lines = fields.List(fields.Nested(CartLine))
    total_cents = fields.Integer()
    vat = fields.List(fields.Nested(VatGroup))
    version = fields.Integer()


class PricedLine(Schema):
    product_id = fields.UUID()
    producer_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
    by_weight = fields.Boolean()
    weighed = fields.Boolean()
    quantity = WireDecimal()
    unit_price_cents = fields.Integer()
    vat_bp = fields.Integer()
    gross_cents = fields.Integer()


class OrderLine(PricedLine):
    line_id = fields.UUID()


class LoweredLine(Schema):
    """A paid line from which a top-up takes, as it was and as it will be."""

    line_id = fields.UUID()
    product_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
    before = WireDecimal()
    quantity = WireDecimal()
    before_cents = fields.Integer()
    gross_cents = fields.Integer()


class OrderProducer(Schema):
    producer_id = fields.UUID()
    name = fields.String()


class Order(Schema):
    """`status`: placed (pay until `expires_at`), confirmed, expired or cancelled. `total_cents`: what its payment is.

    `top_up`: it changes a paid basket once it is paid: `lines` are added, and `lowers` taken from it.
    `sale` and `producers` are there when an order is read, not when it is placed.
    """

    order_id = fields.UUID()
    basket_id = fields.UUID()
    basket_number = fields.Integer(allow_none=True)
    sale_id = fields.UUID()
    market_id = fields.UUID()
    member_id = fields.UUID()
    status = fields.String()
    total_cents = fields.Integer()
    placed_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    confirmed_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    top_up = fields.Boolean()
    lines = fields.List(fields.Nested(OrderLine))
    lowers = fields.List(fields.Nested(LoweredLine))
    vat = fields.List(fields.Nested(VatGroup))
    sale = fields.Nested(SaleFacts)
    producers = fields.List(fields.Nested(OrderProducer))


class Orders(Schema):
    items = fields.List(fields.Nested(Order))
    next = fields.UUID(allow_none=True)


class MyBasketLine(PricedLine):
    """`unit_price_cents`: as it was last paid; `now_cents`: for what is added today, null when nothing can be.

    `not_delivering`: its producer does not come, and what it cost is being given back.
    """

    now_cents = fields.Integer(allow_none=True)
    available = WireDecimal(allow_none=True)
    not_delivering = fields.Boolean()


class MyBasket(Schema):
    """All that the member has paid for in a sale, by product. `refunded_cents`: what changes gave back of `paid_cents`.

    `pending`: orders that wait for their payment; at most one of them is a top-up, and while it waits the basket cannot
    be changed. `can_change_until`: null when nothing can be changed any more.
    """

    basket_id = fields.UUID()
    basket_number = fields.Integer(allow_none=True)
    sale_id = fields.UUID()
    market_id = fields.UUID()
    version = fields.Integer()
    lines = fields.List(fields.Nested(MyBasketLine))
    vat = fields.List(fields.Nested(VatGroup))
    total_cents = fields.Integer()
    paid_cents = fields.Integer()
    refunded_cents = fields.Integer()
    pending = fields.List(fields.Nested(Order))
    can_change_until = fields.AwareDateTime(allow_none=True)


class AddedLine(Schema):
    """What a change adds, at today's price."""

    product_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
    quantity = WireDecimal()
    unit_price_cents = fields.Integer()
    gross_cents = fields.Integer()


class BasketPreview(Schema):
    """What a change of a paid basket would do: `lowers` given up, `adds` added, `total_cents` what it would hold then.

    `refund_cents` goes back to what it was paid with; `to_pay_cents` is a top-up. `cancels`: nothing would be left.
    """

    version = fields.Integer()
    cancels = fields.Boolean()
    lowers = fields.List(fields.Nested(LoweredLine))
    adds = fields.List(fields.Nested(AddedLine))
    total_cents = fields.Integer()
    refund_cents = fields.Integer()
    to_pay_cents = fields.Integer()


class BasketFacts(Schema):
    basket_id = fields.UUID()
    basket_number = fields.Integer(allow_none=True)
    member_id = fields.UUID()
    member_name = fields.String()
    confirmed_orders = fields.Integer()
    confirmed_cents = fields.Integer()
    pending_orders = fields.Integer()
    pending_cents = fields.Integer()


class SaleTotals(Schema):
    baskets = fields.Integer()
    confirmed_orders = fields.Integer()
    confirmed_cents = fields.Integer()
    pending_orders = fields.Integer()
    pending_cents = fields.Integer()


class SaleBaskets(Schema):
    """`totals` are over the whole sale, `items` one page of baskets with a paid or payable order."""

    sale_id = fields.UUID()
    state = fields.String()
    totals = fields.Nested(SaleTotals)
    items = fields.List(fields.Nested(BasketFacts))
    next = fields.UUID(allow_none=True)


class NamedBasket(Schema):
    basket_id = fields.UUID()
    basket_number = fields.Integer(allow_none=True)
    member_name = fields.String()


class Voiding(Schema):
    """How far the cancellation of a sale is. `paid_to_void` and `unpaid_to_void` orders still have to end; `voided`
    are paid orders that were cancelled, by the member or with the sale: each gives one refund.
    """

    sale_id = fields.UUID()
    cancelled_at = fields.AwareDateTime(allow_none=True)
    paid_to_void = fields.Integer()
    unpaid_to_void = fields.Integer()
    voided = fields.Integer()
    baskets = fields.List(fields.Nested(NamedBasket))


class SheetLine(Schema):
    product_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
    quantity = WireDecimal()
    gross_cents = fields.Integer()


class SheetBasket(Schema):
    """Of a customer a producer learns the name and the basket's number, nothing else."""

    basket_number = fields.Integer()
    customer_name = fields.String()
    gross_cents = fields.Integer()
    lines = fields.List(fields.Nested(SheetLine))


class OrderSheet(Schema):
    """`final`: closed and no reservation pending; before, more may come."""

    sale_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
    market_name = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    state = fields.String()
    final = fields.Boolean()
    gross_cents = fields.Integer()
    products = fields.List(fields.Nested(SheetLine))
    baskets = fields.List(fields.Nested(SheetBasket))
