"""Placing an order, and giving an unpaid one up.

The path of a checkout is this file, domain/ for the rules and stock.py for the one statement that reserves.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import carts, stock
from services.orders.domain import Offer, Wanted
from services.orders.loading import offers_of, order_answer, orders, quantities_of, sale_times, standing
from services.orders.models import Basket, Line, Order, table_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.orders import OrderExpired, OrderLine, OrderPlaced
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip

Answer = dict[str, Any]

# statements of the hot path are built once: building one costs as much as sending it
_INSERT_ORDER, _INSERT_LINES = insert(table_of(Order)), insert(table_of(Line))


def place(session: Session, actor: Actor, sale_id: UUID, lines: list[dict[str, Any]]) -> Answer:
    """Reserve the stock of all lines and await the payment."""
    return _place(session, actor.must_be_known(), sale_id, [Wanted(**line) for line in lines])


def place_cart(session: Session, actor: Actor, cart_id: UUID) -> Answer:
    """Order what is in a cart. Asked twice (two tabs), it answers the one order while that may be paid or is."""
    member_id = actor.must_be_known()
    cart = carts.for_checkout(session, cart_id)
    if cart.order_id:
        living = (Order.id == cart.order_id, Order.member_id == member_id, Order.status.in_(domain.ALIVE))
        if known := orders(session, *living, limit=1):
            return known[0]
    answer = _place(session, member_id, cart.sale_id, carts.wanted(cart))
    cart.order_id = answer["order_id"]
    return answer


def _place(session: Session, member_id: UUID, sale_id: UUID, wanted: list[Wanted]) -> Answer:
    now = clock.now()
    sale = standing(session, sale_id, member_id)
    domain.ensure_takes_orders(sale_times(sale), now)
    domain.ensure_may_order(sale.registration or "open", is_member=bool(sale.joined))
    lines = domain.priced(wanted, offers_of(session, sale_id, [want.product_id for want in wanted]))
    total = sum(domain.gross(want) for want in wanted)
    domain.ensure_chargeable(total)

    reserve(session, sale_id, lines)
    placed = OrderPlaced(
        order_id=clock.new_id(),
        basket_id=sale.basket_id or _basket_of(session, sale_id, member_id),
        sale_id=sale_id,
        market_id=sale.market_id,
        member_id=member_id,
        total_cents=total,
        expires_at=domain.expires_at(now, sale.reservation_minutes or domain.RESERVATION_MINUTES),
        lines=[order_line(want, offer) for want, offer in lines],
    )
    facts = save(session, placed, placed_at=now)
    return order_answer(facts | {"basket_number": sale.basket_number}, placed.lines)


def give_up(session: Session, actor: Actor, order_id: UUID) -> UUID:
    """The member cancels an unpaid order; its stock is free at once."""
    order = session.get(Order, order_id, with_for_update=True)
    if order is None or order.member_id != actor.must_be_known():
        raise NotFound("order_id", what="order")
    domain.ensure_can_be_given_up(order.status)
    order.status, order.ended_at = domain.CANCELLED, clock.now()
    stock.release(session, quantities_of(session, [order.id]))
    outbox.record(session, ended(order, "member"))
    return order.id


def ended(order: Order, reason: str) -> OrderExpired:
    return OrderExpired(
        order_id=order.id,
        basket_id=order.basket_id,
        sale_id=order.sale_id,
        market_id=order.market_id,
        member_id=order.member_id,
        total_cents=order.total_cents,
        reason=reason,
        top_up=order.amends is not None,
    )


def reserve(session: Session, sale_id: UUID, lines: list[tuple[Wanted, Offer]]) -> None:
    """All lines, or refuse naming those that lack."""
    reserved = stock.reserve(session, {want.product_id: want.quantity for want, _ in lines})
    if len(reserved) < len(lines):
        now = offers_of(session, sale_id, [want.product_id for want, _ in lines if want.product_id not in reserved])
        fresh = [(want, now.get(want.product_id, offer)) for want, offer in lines]
        raise domain.StockLacking("lines", lines=domain.lacking(fresh, reserved))


def _basket_of(session: Session, sale_id: UUID, member_id: UUID) -> UUID:
    """The member's basket in the sale; a second checkout at the same moment finds the first one's."""
    basket_id = clock.new_id()
    if insert_or_skip(session, Basket.__table__, id=basket_id, sale_id=sale_id, member_id=member_id):
        return basket_id
    return session.scalars(select(Basket.id).where(Basket.sale_id == sale_id, Basket.member_id == member_id)).one()


def order_line(want: Wanted, offer: Offer) -> OrderLine:
    return OrderLine(
        line_id=clock.new_id(),
        product_id=offer.product_id,
        producer_id=offer.producer_id,
        name=offer.name,
        unit=offer.unit,
        by_weight=offer.by_weight,
        weighed=offer.weighed,
        quantity=want.quantity,
        unit_price_cents=want.unit_price_cents,
        vat_bp=offer.vat_bp,
        gross_cents=domain.gross(want),
    )


def save(session: Session, placed: OrderPlaced, **more: Any) -> dict[str, Any]:
    """Write an unpaid order down and tell it; answers what was written of it."""
    facts = {name: value for name, value in vars(placed).items() if name != "lines"}
    facts |= {"status": domain.PLACED, **more}
    insert_order(session, facts, placed.lines)
    outbox.record(session, placed)
    return facts


def insert_order(session: Session, facts: dict[str, Any], lines: list[OrderLine]) -> None:
    order = {("id" if name == "order_id" else name): value for name, value in facts.items()}
    session.execute(_INSERT_ORDER, order)
    session.execute(_INSERT_LINES, [{"order_id": facts["order_id"], **vars(line)} for line in lines])
