"""Reads of orders, by reader: the shop and carts for everyone, orders for members, overviews for who runs the sale."""

from services.orders.queries.baskets import my_basket
from services.orders.queries.members import my_orders, order
from services.orders.queries.overviews import export_order_sheet, order_sheet, sale_orders
from services.orders.queries.shop import cart, cart_answer, running_out, shop
from services.orders.queries.voiding import voiding

__all__ = [
    "cart",
    "cart_answer",
    "export_order_sheet",
    "my_basket",
    "my_orders",
    "order",
    "order_sheet",
    "running_out",
    "sale_orders",
    "shop",
    "voiding",
]
