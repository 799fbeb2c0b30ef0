"""What orders is asked. `…Body` is what a person sends; path ids are added by the gateway."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import Cents, ExactInteger, Line, QuantityField

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
    """`search` is looked for in product and producer names; `after` is the last product_id of the page before.

    `group`: the first part of categories. `shelves`: answer too how many offers each category and producer has.
    """

    group = Line(80, load_default=None, allow_none=True)
    organic = fields.Boolean(load_default=False)
    shelves = fields.Boolean(load_default=False)
    search = Line(80, load_default=None, allow_none=True)
    category = Line(80, load_default=None, allow_none=True)
    producer_id = fields.UUID(load_default=None, allow_none=True)
    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=500, validate=SHOP_PAGE)


class ShopOf(ShopQuery):
    sale_id = fields.UUID(required=True)


class RunningOutQuery(Schema):
    at_most = fields.Integer(load_default=5, validate=validate.Range(0, 1000))


class RunningOutOf(RunningOutQuery):
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


class CartChange(Schema):
    """`quantity` 0 takes the product out. `unit_price_cents`: the price as the member saw it."""

    product_id = fields.UUID(required=True)
    quantity = QuantityField(zero=True, required=True)
    unit_price_cents = Cents(load_default=None, allow_none=True)


class ChangeCartBody(Schema):
    sale_id = fields.UUID(required=True)
    lines = fields.List(fields.Nested(CartChange), required=True, validate=validate.Length(1, MOST_LINES))


class ChangeCart(ChangeCartBody):
    cart_id = fields.UUID(required=True)


class OrderLineBody(Schema):
    """`unit_price_cents`: the price as the member saw it."""

    product_id = fields.UUID(required=True)
    quantity = QuantityField(required=True)
    unit_price_cents = Cents(required=True)


class WantedLineBody(Schema):
    """`unit_price_cents`: today's price as the member saw it; it counts for what is added to the paid quantity."""

    product_id = fields.UUID(required=True)
    quantity = QuantityField(required=True, zero=True)
    unit_price_cents = Cents(required=True)


class AmendBasketBody(Schema):
    """The whole basket as it is wanted: a product that is left out, or of which zero is wanted, is given up."""

    lines = fields.List(fields.Nested(WantedLineBody), required=True, validate=validate.Length(max=MOST_LINES))
    version = ExactInteger()


class AmendBasket(AmendBasketBody):
    sale_id = fields.UUID(required=True)
    version = ExactInteger(required=True)


class CancelBasket(Schema):
    sale_id = fields.UUID(required=True)
    version = ExactInteger(load_default=None, allow_none=True)


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


class VoidingOf(Schema):
    """`basket_ids`: those whose member is to be named."""

    sale_id = fields.UUID(required=True)
    basket_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=200))


class SheetQuery(Schema):
    producer_id = fields.UUID(required=True)


class SheetOf(SheetQuery):
    sale_id = fields.UUID(required=True)
