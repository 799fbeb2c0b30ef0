"""A member changes a paid basket until closing (SPEC O8).

Less, or as much: at once, and the difference is given back. More: a top-up, an order that waits for the difference;
nothing of the basket changes until that is paid (commands/payments.py).
"""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import baskets, cancellations, orders, stock
from services.orders.domain import Change, Held, Offer, Wanted
from services.orders.loading import absent_producers, held, offers_of, paid_lines
from services.orders.models import Basket
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.orders import OrderConfirmed, OrderPlaced
from shared.messaging import outbox


def amend_basket(session: Session, actor: Actor, sale_id: UUID, version: int, lines: list[dict[str, Any]]) -> None:
    """`lines`: the whole basket as it is wanted."""
    sale, basket, paid, change = _reckoned(session, actor, sale_id, version, lines)
    if change.leaves_nothing:
        cancellations.cancel(session, basket, sale.market_id)
        return
    added = _allowed(session, sale, sale_id, paid, change)

    if change.net_cents > 0:
        _await_top_up(session, sale, basket, change, added)
    elif change.lowered or added:
        _apply(session, sale, basket, change, added)


def preview_basket(
    session: Session, actor: Actor, sale_id: UUID, version: int, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the change would do, refused as it would be, but for the stock; nothing is written."""
    sale, basket, paid, change = _reckoned(session, actor, sale_id, version, lines)
    total = sum(line.gross_cents for line in paid)
    if change.leaves_nothing:
        refund = cancellations.worth(session, basket)
        return _foreseen(basket, change, [], total_cents=0, to_pay_cents=0, refund_cents=refund)
    added = _allowed(session, sale, sale_id, paid, change)
    net = change.net_cents
    return _foreseen(
        basket, change, added, total_cents=total + net, to_pay_cents=max(net, 0), refund_cents=max(-net, 0)
    )


def _reckoned(
    session: Session, actor: Actor, sale_id: UUID, version: int, lines: list[dict[str, Any]]
) -> tuple[Any, Basket, list[Held], Change]:
    """The basket, ours until the end, and the way from it to the one that is wanted."""
    sale = baskets.changeable(session, sale_id, actor.must_be_known())
    basket = baskets.hold(session, sale.basket_id, version)
    baskets.ensure_no_top_up(session, basket)
    paid = held(paid_lines(session, basket.id))
    if not paid:
        raise NotFound(what="basket")
    return sale, basket, paid, domain.change(paid, [Wanted(**line) for line in lines])


def _allowed(
    session: Session, sale: Any, sale_id: UUID, paid: list[Held], change: Change
) -> list[tuple[Wanted, Offer]]:
    """What is added, with its offers; refuses what may not be changed so."""
    domain.ensure_delivered(change, paid, absent_producers(session, sale_id))
    added = _priced(session, sale, sale_id, change)
    if change.net_cents > 0:
        domain.ensure_chargeable(change.net_cents)
    return added


def _foreseen(basket: Basket, change: Change, added: list[tuple[Wanted, Offer]], **cents: int) -> dict[str, Any]:
    return {
        "version": basket.version,
        "cancels": change.leaves_nothing,
        "lowers": [vars(line) for line in change.lowered],
        "adds": [vars(orders.order_line(want, offer)) for want, offer in added],
        **cents,
    }


def _priced(session: Session, sale: Any, sale_id: UUID, change: Change) -> list[tuple[Wanted, Offer]]:
    """What is added, at today's prices, to somebody who may order."""
    if not change.added:
        return []
    domain.ensure_may_order(sale.registration or "open", is_member=bool(sale.joined))
    added = domain.priced(change.added, offers_of(session, sale_id, [want.product_id for want in change.added]))
    domain.ensure_costs_something(change.added)
    return added


def _await_top_up(
    session: Session, sale: Any, basket: Basket, change: Change, added: list[tuple[Wanted, Offer]]
) -> None:
    orders.reserve(session, basket.sale_id, added)
    now = clock.now()
    placed = OrderPlaced(
        order_id=clock.new_id(),
        basket_id=basket.id,
        sale_id=basket.sale_id,
        market_id=sale.market_id,
        member_id=basket.member_id,
        total_cents=change.net_cents,
        expires_at=domain.expires_at(now, sale.reservation_minutes or domain.RESERVATION_MINUTES),
        lines=[orders.order_line(want, offer) for want, offer in added],
    )
    lowers = [line.dump() for line in change.lowered]
    orders.save(session, placed, placed_at=now, amends=basket.amendment, lowers=lowers)


def _apply(session: Session, sale: Any, basket: Basket, change: Change, added: list[tuple[Wanted, Offer]]) -> None:
    """Both ways in one transaction; the stock rows are locked before either, so that two changes cannot block each other."""
    if added:
        stock.hold(session, {want.product_id for want in change.added} | {line.product_id for line in change.lowered})
        orders.reserve(session, basket.sale_id, added)
    baskets.lower(session, change.lowered)
    amendment = baskets.count_change(basket)
    changed = {line.order_id for line in change.lowered}
    if added:
        changed.add(_add_order(session, sale, basket, added, amendment))
    baskets.tell_amended(session, basket, sale.market_id, changed, paid_cents=0, refund_cents=-change.net_cents)


def _add_order(session: Session, sale: Any, basket: Basket, added: list[tuple[Wanted, Offer]], amendment: int) -> UUID:
    """What is added costs no more than what is given up: a confirmed order without a payment."""
    now = clock.now()
    assert basket.number is not None
    confirmed = OrderConfirmed(
        order_id=clock.new_id(),
        basket_id=basket.id,
        basket_number=basket.number,
        sale_id=basket.sale_id,
        market_id=sale.market_id,
        member_id=basket.member_id,
        total_cents=0,
        confirmed_at=now,
        lines=[orders.order_line(want, offer) for want, offer in added],
        amendment=amendment,
        changes=amendment - 1,
    )
    told_only = {"lines", "basket_number", "amendment", "changes"}
    facts = {name: value for name, value in vars(confirmed).items() if name not in told_only}
    facts |= {"status": domain.CONFIRMED, "placed_at": now, "expires_at": now}
    orders.insert_order(session, facts, confirmed.lines)
    outbox.record(session, confirmed)
    return confirmed.order_id
