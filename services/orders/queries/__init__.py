"""Reads of orders, by reader: the shop and carts for everyone, orders for members, overviews for who runs the sale."""

from services.orders.queries.members import my_orders, order
from services.orders.queries.overviews import order_sheet, sale_orders
from services.orders.queries.shop import cart, cart_answer, shop

__all__ = ["cart", "cart_answer", "my_orders", "order", "order_sheet", "sale_orders", "shop"]
