"""The shop, carts, orders, and what those see who run a sale."""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from gateway.documents import papers
from gateway.sheets import XLSX, as_file
from services.orders import schemas

blp = Blueprint("orders", __name__, description="The shop of a sale, carts, orders, order sheets")
Args = dict[str, Any]


@blp.route("/sales/<uuid:sale_id>/shop")
@blp.arguments(schemas.ShopQuery, location="query")
@blp.response(200, schemas.Shop)
def shop(args: Args, sale_id: UUID) -> Response:
    """Open to everyone. Pages of offers: send `next` back as `after`."""
    return query("orders.shop", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/shop/running-out")
@blp.arguments(schemas.RunningOutQuery, location="query")
@blp.response(200, schemas.RunningOut)
def running_out(args: Args, sale_id: UUID) -> Response:
    """What a shop that is being looked at asks for from time to time: how the sale is, and what is nearly gone."""
    return query("orders.running_out", args | {"sale_id": sale_id})


@blp.route("/carts/<uuid:cart_id>", methods=["PUT"])
@blp.arguments(schemas.PutCartBody)
@blp.response(200, schemas.Cart)
def put_cart(args: Args, cart_id: UUID) -> Response:
    """Choose a random version 4 UUID: whoever knows it may change the cart. No account is needed."""
    return command("orders.put_cart", args | {"cart_id": cart_id}, if_match=True)


@blp.route("/carts/<uuid:cart_id>", methods=["PATCH"])
@blp.arguments(schemas.ChangeCartBody)
@blp.response(200, schemas.Cart)
def change_cart(args: Args, cart_id: UUID) -> Response:
    """Set some lines and leave the others; quantity 0 takes one out. The cart is made if there is none."""
    return command("orders.change_cart", args | {"cart_id": cart_id})


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


@blp.route("/sales/<uuid:sale_id>/my-basket")
@blp.response(200, schemas.MyBasket)
def my_basket(sale_id: UUID) -> Response:
    """All that one has paid for in the sale, what waits for its payment, and until when it can be changed."""
    # not answered with 304: what waits and what may be done change without the basket's version
    return reply(ask("orders.my_basket", {"sale_id": sale_id}))


@blp.route("/sales/<uuid:sale_id>/my-basket", methods=["PUT"])
@blp.arguments(schemas.AmendBasketBody)
@blp.response(200, schemas.MyBasket)
def amend_basket(args: Args, sale_id: UUID) -> Response:
    """The whole basket as it is wanted, until closing. The version goes into If-Match or the body.

    Cheaper: done at once, the difference is refunded. Dearer: nothing changes yet; `pending` holds a top-up to pay.
    """
    return command("orders.amend_basket", args | {"sale_id": sale_id}, if_match=True)


@blp.route("/sales/<uuid:sale_id>/my-basket/preview", methods=["POST"])
@blp.arguments(schemas.AmendBasketBody)
@blp.response(200, schemas.BasketPreview)
def preview_basket(args: Args, sale_id: UUID) -> Response:
    """What the same change would give back or cost. Nothing is done, nor reserved: the stock decides when it is asked for."""
    return command("orders.preview_basket", args | {"sale_id": sale_id}, if_match=True)


@blp.route("/sales/<uuid:sale_id>/my-basket", methods=["DELETE"])
@blp.response(200, schemas.MyBasket)
def cancel_basket(sale_id: UUID) -> Response:
    """Cancels everything until closing: what was paid is refunded whole, what waits for its payment is given up."""
    return command("orders.cancel_basket", {"sale_id": sale_id}, if_match=True)


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


@blp.route("/sales/<uuid:sale_id>/order-sheet.csv")
@blp.arguments(schemas.SheetQuery, location="query")
@blp.response(200, content_type="text/csv")
def order_sheet_csv(args: Args, sale_id: UUID) -> Response:
    """Totals by product first, then the lines of each basket."""
    return as_file(ask("orders.export_order_sheet", args | {"sale_id": sale_id}), "csv")


@blp.route("/sales/<uuid:sale_id>/order-sheet.xlsx")
@blp.arguments(schemas.SheetQuery, location="query")
@blp.response(200, content_type=XLSX)
def order_sheet_xlsx(args: Args, sale_id: UUID) -> Response:
    """Totals by product first, then the lines of each basket."""
    return as_file(ask("orders.export_order_sheet", args | {"sale_id": sale_id}), "xlsx")


@blp.route("/sales/<uuid:sale_id>/order-sheet.pdf")
@blp.arguments(schemas.SheetQuery, location="query")
@blp.response(200, content_type=papers.PDF)
def order_sheet_pdf(args: Args, sale_id: UUID) -> Response:
    """On paper: what to pick, then what goes into which basket."""
    return papers.order_sheet(sale_id, args["producer_id"])
