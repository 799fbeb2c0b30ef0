"""Baskets nobody came for: « non retiré » is noted, paid by default, and an administrator may refund it (SPEC D7)."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.baskets import correctable, ensure_version, locked, reopen
from services.distributions.commands.settling import NOTHING, Cause, Change
from services.distributions.models import Basket, BasketLine, Distribution
from services.distributions.rights import ensure_may_settle
from services.distributions.sales import slot_of
from shared import clock
from shared.actor import Actor
from shared.events.distributions import BasketCollected, BasketNotCollected
from shared.messaging import outbox


def mark_not_collected(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    """Nobody came for it: noted from the start of the distribution on, also once it is validated. It stays paid."""
    sale, basket, account_id = _basket(session, actor, basket_id, version)
    now = clock.now()
    domain.ensure_started(slot_of(session, sale), now)
    if basket.not_collected_at is not None:
        raise domain.BasketIsNotCollected

    _note(session, basket, Cause("not_collected", account_id, now))
    outbox.record(session, BasketNotCollected(**_told(basket), noted_at=now, noted_by=account_id))
    return basket


def mark_collected(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    """Somebody came after all, or it was noted on the wrong basket."""
    _, basket, account_id = _basket(session, actor, basket_id, version)
    noted_at = basket.not_collected_at
    if noted_at is None:
        raise domain.BasketIsCollected

    _note(session, basket, Cause("collected", account_id, clock.now()))
    outbox.record(session, BasketCollected(**_told(basket), noted_at=noted_at))
    return basket


def refund_not_collected(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    """An administrator gives the whole basket back, until its money has left: a validated one is reopened for it."""
    sale, basket, account_id = correctable(session, actor, basket_id, version)
    _ensure_not_cancelled(sale)
    if basket.not_collected_at is None:
        raise domain.BasketIsCollected
    if basket.paid_cents == basket.refunded_cents:
        raise domain.NothingToRefund

    now = clock.now()
    if basket.state == domain.VALIDATED:
        reopen(session, Cause("reopened", account_id, now), sale, basket)
    lines = settling.lines_where(session, BasketLine.basket_id == basket.id)
    settling.change_lines(session, Cause("adjusted", account_id, now), [Change(line, NOTHING) for line in lines])
    settling.generate_refunds(session, Cause("refund_requested", account_id, now), [basket.id], "not_collected")
    return basket


def _basket(session: Session, actor: Actor, basket_id: UUID, version: int | None) -> tuple[Distribution, Basket, UUID]:
    sale, basket = locked(session, basket_id)
    account_id = ensure_may_settle(session, actor, sale, "basket")
    ensure_version(basket, version)
    _ensure_not_cancelled(sale)
    return sale, basket, account_id


def _ensure_not_cancelled(sale: Distribution) -> None:
    if sale.state == domain.CANCELLED:
        raise domain.SaleIsCancelled


def _note(session: Session, basket: Basket, cause: Cause) -> None:
    is_missed = cause.action == "not_collected"
    basket.not_collected_at, basket.not_collected_by = (cause.at, cause.by) if is_missed else (None, None)
    basket.version += 1
    session.flush()
    settling.trail(session, cause, settling.sums_of([basket]), [basket])


def _told(basket: Basket) -> dict[str, Any]:
    names = ("sale_id", "market_id", "member_id")
    return {"basket_id": basket.id, "basket_number": basket.number, **{name: getattr(basket, name) for name in names}}
