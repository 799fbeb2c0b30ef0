"""Carts: filled without an account by whoever knows the unguessable id (SPEC O1)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.domain import Wanted
from services.orders.loading import offers_of
from services.orders.models import Cart, Sale
from shared import clock
from shared.errors import NotFound, VersionConflict
from shared.messaging.inbox import insert_or_skip

KEPT = timedelta(days=30)


def put_cart(
    session: Session, cart_id: UUID, sale_id: UUID, lines: list[dict[str, Any]], version: int | None = None
) -> Cart:
    """Replace the content. A line without a price takes the present one; what is no longer sold may stay and is shown so."""
    if session.scalar(select(Sale.id).where(Sale.id == sale_id)) is None:
        raise NotFound("sale_id", what="sale")
    kept = _kept_lines(session, sale_id, lines)
    insert_or_skip(session, Cart.__table__, id=cart_id, sale_id=sale_id, lines=[], updated_at=clock.now(), version=0)
    cart = session.get_one(Cart, cart_id, with_for_update=True)
    if version is not None and version != cart.version:
        raise VersionConflict(current=cart.version)
    cart.sale_id, cart.lines, cart.order_id = sale_id, kept, None
    cart.updated_at, cart.version = clock.now(), cart.version + 1
    return cart


def change_cart(session: Session, cart_id: UUID, sale_id: UUID, lines: list[dict[str, Any]]) -> Cart:
    """Set some lines (zero takes one out) and leave the others: changes at the same moment both count.

    A cart that was ordered, or was filled in another sale, begins anew.
    """
    if session.scalar(select(Sale.id).where(Sale.id == sale_id)) is None:
        raise NotFound("sale_id", what="sale")
    kept = _kept_lines(session, sale_id, [line for line in lines if line["quantity"]])
    insert_or_skip(session, Cart.__table__, id=cart_id, sale_id=sale_id, lines=[], updated_at=clock.now(), version=0)
    cart = session.get_one(Cart, cart_id, with_for_update=True)
    before = cart.lines if cart.sale_id == sale_id and cart.order_id is None else []
    cart.sale_id, cart.lines, cart.order_id = sale_id, domain.merged(before, lines, kept), None
    cart.updated_at, cart.version = clock.now(), cart.version + 1
    return cart


def for_checkout(session: Session, cart_id: UUID) -> Cart:
    """The cart, held so that two checkouts of it come one after the other."""
    cart = session.get(Cart, cart_id, with_for_update=True)
    if cart is None:
        raise NotFound("cart_id", what="cart")
    if not cart.lines:
        raise domain.CartIsEmpty("cart_id")
    return cart


def wanted(cart: Cart) -> list[Wanted]:
    return [
        Wanted(
            product_id=UUID(line["product_id"]),
            quantity=Decimal(line["quantity"]),
            unit_price_cents=line["unit_price_cents"],
        )
        for line in cart.lines
    ]


def forget_old(session: Session) -> bool:
    session.execute(delete(Cart).where(Cart.updated_at < clock.now() - KEPT))
    return False


def _kept_lines(session: Session, sale_id: UUID, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    offers = offers_of(session, sale_id, [line["product_id"] for line in lines])
    domain.ensure_known(lines, offers)
    return [
        {
            "product_id": str(line["product_id"]),
            "quantity": f"{line['quantity']:f}",
            "unit_price_cents": _seen(line, offers[line["product_id"]]),
        }
        for line in lines
    ]


def _seen(line: dict[str, Any], offer: domain.Offer) -> int:
    seen = line.get("unit_price_cents")
    return (offer.price_cents or 0) if seen is None else int(seen)
