"""One basket: « Mettre à jour », « Générer le remboursement », validate, reopen."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.settling import Cause, Change
from services.distributions.commands.validation import basket_validated, lines_by_basket
from services.distributions.models import Basket, BasketLine, Distribution
from services.distributions.rights import ensure_administrator, ensure_may_settle
from services.distributions.sales import absence_awaited, find_basket, lock_baskets, lock_sale, purse_of, slot_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound, VersionConflict
from shared.events.distributions import DistributionReopened
from shared.messaging import outbox


def adjust(session: Session, actor: Actor, *, basket_id: UUID, version: int, lines: list[dict[str, Any]]) -> Basket:
    """Set what was really handed over, line by line; nothing is charged or given back yet."""
    sale, basket, account_id = _open_basket(session, actor, basket_id, version)
    now = clock.now()
    domain.ensure_closed(sale.state, slot_of(session, sale), now)
    _ensure_money_is_here(sale)

    changes = _changes(session, basket, {line["line_id"]: line["delivered"] for line in lines})

    settling.change_lines(session, Cause("adjusted", account_id, now), changes)
    return basket


def refund(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    """Ask for the difference between paid and due to be given back."""
    _, basket, account_id = _open_basket(session, actor, basket_id, version)
    domain.ensure_refundable(purse_of(basket))

    cause = Cause("refund_requested", account_id, clock.now())
    settling.generate_refunds(session, cause, [basket.id], "adjusted")
    return basket


def validate_basket(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    sale, basket, account_id = _open_basket(session, actor, basket_id, version)
    now, slot = clock.now(), slot_of(session, sale)
    domain.ensure_closed(sale.state, slot, now)
    domain.ensure_day_has_come(slot, now)
    if session.scalar(select(absence_awaited(sale.sale_id, BasketLine.basket_id == basket.id))):
        raise domain.AbsenceNotSettled
    if purse_of(basket).to_refund_cents:
        raise domain.RefundNotGenerated(amount_cents=purse_of(basket).to_refund_cents)

    basket.state, basket.validated_at, basket.validated_by = domain.VALIDATED, now, account_id
    basket.version += 1
    session.flush()

    settling.trail(session, Cause("validated", account_id, now), settling.sums_of([basket]), [basket])
    lines = lines_by_basket(session, BasketLine.basket_id == basket.id)
    outbox.record(session, basket_validated(basket, lines[basket.id]))
    return basket


def reopen_basket(session: Session, actor: Actor, *, basket_id: UUID, version: int | None = None) -> Basket:
    """An administrator takes a validation back, and with it that of the distribution, until the money has left."""
    sale, basket, account_id = correctable(session, actor, basket_id, version)
    if basket.state != domain.VALIDATED:
        raise domain.BasketIsNotValidated

    reopen(session, Cause("reopened", account_id, clock.now()), sale, basket)
    return basket


def correctable(
    session: Session, actor: Actor, basket_id: UUID, version: int | None
) -> tuple[Distribution, Basket, UUID]:
    """For an administrator, the sale and the basket, locked for a correction: the money has not left yet."""
    sale, basket = find_basket(session, basket_id)
    account_id = ensure_administrator(session, actor, sale, "basket")
    lock_sale(session, sale, exclusively=True)
    (basket,) = lock_baskets(session, Basket.id == basket_id)
    ensure_version(basket, version)
    _ensure_money_is_here(sale)
    return sale, basket, account_id


def reopen(session: Session, cause: Cause, sale: Distribution, basket: Basket) -> None:
    basket.state, basket.validated_at, basket.validated_by = domain.OPEN, None, None
    basket.version += 1
    was_validated = sale.state == domain.VALIDATED
    if was_validated:
        _reopen_sale(session, sale)
    session.flush()

    settling.trail(session, cause, settling.sums_of([basket]), [basket])
    if was_validated:
        outbox.record(session, _reopened(sale, basket, cause))


def _reopened(sale: Distribution, basket: Basket, cause: Cause) -> DistributionReopened:
    assert cause.by is not None
    return DistributionReopened(
        sale_id=sale.sale_id,
        market_id=sale.market_id,
        round=sale.round,
        basket_id=basket.id,
        reopened_by=cause.by,
    )


def _reopen_sale(session: Session, sale: Distribution) -> None:
    sale.state, sale.validated_at, sale.validated_by = domain.OPEN, None, None
    sale.look_at = domain.next_reminder_at(slot_of(session, sale), clock.now())


def locked(session: Session, basket_id: UUID) -> tuple[Distribution, Basket]:
    sale, _ = find_basket(session, basket_id)
    lock_sale(session, sale, exclusively=False)
    (basket,) = lock_baskets(session, Basket.id == basket_id)
    return sale, basket


def _open_basket(
    session: Session, actor: Actor, basket_id: UUID, version: int | None
) -> tuple[Distribution, Basket, UUID]:
    sale, basket = locked(session, basket_id)
    account_id = ensure_may_settle(session, actor, sale, "basket")
    ensure_version(basket, version)
    if sale.state == domain.CANCELLED:
        raise domain.SaleIsCancelled
    if basket.state == domain.VALIDATED:
        raise domain.BasketIsValidated
    return sale, basket, account_id


def ensure_version(basket: Basket, version: int | None) -> None:
    if version is not None and version != basket.version:
        raise VersionConflict(current=basket.version)


def _ensure_money_is_here(sale: Distribution) -> None:
    if sale.money_sent_at is not None:
        raise domain.MoneyTransferred


def _changes(session: Session, basket: Basket, wanted: dict[UUID, Decimal]) -> list[Change]:
    lines = settling.lines_where(session, BasketLine.basket_id == basket.id, BasketLine.id.in_(list(wanted)))
    if len(lines) != len(wanted):
        raise NotFound("lines", what="line")
    places = {line_id: place for place, line_id in enumerate(wanted)}
    for line in lines:
        domain.ensure_deliverable(settling.terms_of(line), wanted[line.id], f"lines.{places[line.id]}.delivered")
    return [Change(line, wanted[line.id]) for line in lines]
