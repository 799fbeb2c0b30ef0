"""Writes of orders, by noun."""

from services.orders.commands.absences import tell_absences
from services.orders.commands.amendments import amend_basket, preview_basket
from services.orders.commands.cancellations import cancel_basket
from services.orders.commands.carts import change_cart, put_cart
from services.orders.commands.carts import forget_old as forget_old_carts
from services.orders.commands.deliveries import distribution_validated
from services.orders.commands.due import expire_orders, settle_sales, void_cancelled_sales
from services.orders.commands.orders import give_up, place, place_cart
from services.orders.commands.payments import payment_succeeded

__all__ = [
    "amend_basket",
    "cancel_basket",
    "change_cart",
    "distribution_validated",
    "expire_orders",
    "forget_old_carts",
    "give_up",
    "payment_succeeded",
    "place",
    "place_cart",
    "preview_basket",
    "put_cart",
    "settle_sales",
    "tell_absences",
    "void_cancelled_sales",
]
