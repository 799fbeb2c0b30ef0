"""The shop, carts, orders, and what those see who run a sale."""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import command, query
from services.orders import schemas

blp = Blueprint("orders", __name__, description="The shop of a sale, carts, orders, order sheets")
Args = dict[str, Any]


@blp.route("/sales/<uuid:sale_id>/shop")
@blp.arguments(schemas.ShopQuery, location="query")
@blp.response(200, schemas.Shop)
def shop(args: Args, sale_id: UUID) -> Response:
    """Open to everyone. Pages of offers: send `next` back as `after`."""
    return query("orders.shop", args | {"sale_id": sale_id})


@blp.route("/carts/<uuid:cart_id>", methods=["PUT"])
@blp.arguments(schemas.PutCartBody)
@blp.response(200, schemas.Cart)
def put_cart(args: Args, cart_id: UUID) -> Response:
    """Choose a random version 4 UUID: whoever knows it may change the cart. No account is needed."""
    return command("orders.put_cart", args | {"cart_id": cart_id}, if_match=True)


@blp.route("/carts/<uuid:cart_id>")
@blp.response(200, schemas.Cart)
def cart(cart_id: UUID) -> Response:
    return query("orders.cart", {"cart_id": cart_id})


@blp.route("/orders", methods=["POST"])
@blp.arguments(schemas.PlaceOrder)
@blp.response(201, schemas.Order)
def place(args: Args) -> Response:
    """Reserves the stock of all lines until `expires_at`; then pay. The Idempotency-Key header is required."""
    return command("orders.place", args, status=201, key_required=True)


@blp.route("/orders/<uuid:order_id>")
@blp.response(200, schemas.Order)
def order(order_id: UUID) -> Response:
    return query("orders.order", {"order_id": order_id})


@blp.route("/orders/<uuid:order_id>/cancellation", methods=["POST"])
@blp.response(200, schemas.Order)
def give_up(order_id: UUID) -> Response:
    """Gives an unpaid order up; its stock is free at once."""
    return command("orders.give_up", {"order_id": order_id})


@blp.route("/my/orders")
@blp.arguments(schemas.MyOrders, location="query")
@blp.response(200, schemas.Orders)
def my_orders(args: Args) -> Response:
    return query("orders.my_orders", args)


@blp.route("/sales/<uuid:sale_id>/orders")
@blp.arguments(schemas.Page, location="query")
@blp.response(200, schemas.SaleBaskets)
def sale_orders(args: Args, sale_id: UUID) -> Response:
    """For the market's administrators."""
    return query("orders.sale_orders", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/order-sheet")
@blp.arguments(schemas.SheetQuery, location="query")
@blp.response(200, schemas.OrderSheet)
def order_sheet(args: Args, sale_id: UUID) -> Response:
    """For the people of the farm and the market's administrators; live while the sale is open."""
    return query("orders.order_sheet", args | {"sale_id": sale_id})
