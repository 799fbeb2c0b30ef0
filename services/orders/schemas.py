"""Shapes of what orders is asked and answers. `…Body` is what a person sends; path ids are added by the gateway."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import Cents, ExactInteger, QuantityField, WireDecimal

MOST_LINES = 300
PAGE = validate.Range(1, 200)
SHOP_PAGE = validate.Range(1, 1000)


class Page(Schema):
    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=PAGE)


class SaleId(Schema):
    sale_id = fields.UUID(required=True)


class OrderId(Schema):
    order_id = fields.UUID(required=True)


class CartId(Schema):
    cart_id = fields.UUID(required=True)


class ShopQuery(Schema):
    """`search` is looked for in product and producer names; `after` is the last product_id of the page before."""

    search = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))
    category = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))
    producer_id = fields.UUID(load_default=None, allow_none=True)
    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=500, validate=SHOP_PAGE)


class ShopOf(ShopQuery):
    sale_id = fields.UUID(required=True)


class CartLineBody(Schema):
    """`unit_price_cents`: the price as the member saw it; the present one if left out."""

    product_id = fields.UUID(required=True)
    quantity = QuantityField(required=True)
    unit_price_cents = Cents(load_default=None, allow_none=True)


class PutCartBody(Schema):
    sale_id = fields.UUID(required=True)
    lines = fields.List(fields.Nested(CartLineBody), required=True, validate=validate.Length(max=MOST_LINES))


class PutCart(PutCartBody):
    cart_id = fields.UUID(required=True)
    version = ExactInteger(load_default=None, allow_none=True)


class OrderLineBody(Schema):
    """`unit_price_cents`: the price as the member saw it."""

    product_id = fields.UUID(required=True)
    quantity = QuantityField(required=True)
    unit_price_cents = Cents(required=True)


class PlaceOrder(Schema):
    """Either the lines of a sale, or a cart."""

    sale_id = fields.UUID()
    lines = fields.List(fields.Nested(OrderLineBody), validate=validate.Length(min=1, max=MOST_LINES))
    cart_id = fields.UUID()

    @validates_schema
    def _either(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if set(data) not in ({"cart_id"}, {"sale_id", "lines"}):
            raise ValidationError("Give sale_id and lines, or cart_id.", "lines")


class MyOrders(Page):
    sale_id = fields.UUID(load_default=None, allow_none=True)


class SaleOrders(Page):
    sale_id = fields.UUID(required=True)


class SheetQuery(Schema):
    producer_id = fields.UUID(required=True)


class SheetOf(SheetQuery):
    sale_id = fields.UUID(required=True)


class Place(Schema):
    name = fields.String()
    address = fields.String()
    postcode = fields.String()
    commune = fields.String()
    latitude = fields.String(allow_none=True)
    longitude = fields.String(allow_none=True)


class UnitPrice(Schema):
    """`per`: kg or l."""

    cents = fields.Integer()
    per = fields.String()


class Offer(Schema):
    """`available`: what may still be ordered; null is without limit."""

    product_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
    name = fields.String()
    description = fields.String()
    category = fields.String()
    unit = fields.String()
    net_quantity = WireDecimal(allow_none=True)
    net_unit = fields.String(allow_none=True)
    by_weight = fields.Boolean()
    weighed = fields.Boolean()
    organic = fields.Boolean()
    allergens = fields.List(fields.String())
    vat_bp = fields.Integer()
    price_cents = fields.Integer()
    unit_price = fields.Nested(UnitPrice, allow_none=True)
    available = WireDecimal(allow_none=True)


class SaleFacts(Schema):
    """`state`: planned, open, closed or cancelled. `takes_orders`: at this instant."""

    sale_id = fields.UUID()
    market_id = fields.UUID()
    market_number = fields.Integer(allow_none=True)
    market_name = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)
    state = fields.String()
    takes_orders = fields.Boolean()
    opens_at = fields.AwareDateTime(allow_none=True)
    closes_at = fields.AwareDateTime(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    place = fields.Nested(Place, allow_none=True)


class Shop(SaleFacts):
    offers = fields.List(fields.Nested(Offer))
    next = fields.UUID(allow_none=True)


class VatGroup(Schema):
    vat_bp = fields.Integer()
    gross_cents = fields.Integer()
    vat_cents = fields.Integer()


class CartLine(Schema):
    """`state`: ok, price_moved, stock_lacking, product_withdrawn or product_not_in_sale."""

    product_id = fields.UUID()
    producer_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
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


class OrderLine(Schema):
    line_id = fields.UUID()
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


class Order(Schema):
    """`status`: placed (pay until `expires_at`), confirmed, expired or cancelled."""

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
    lines = fields.List(fields.Nested(OrderLine))
    vat = fields.List(fields.Nested(VatGroup))


class Orders(Schema):
    items = fields.List(fields.Nested(Order))
    next = fields.UUID(allow_none=True)


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
