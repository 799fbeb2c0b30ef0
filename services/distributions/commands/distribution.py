"""All baskets of a sale at once: « Valider la distribution », a product missing for everyone, and the clock."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.settling import Cause, Change
from services.distributions.commands.validation import basket_validated, distribution_validated, lines_by_basket
from services.distributions.models import Basket, BasketLine, Distribution, Person
from services.distributions.rights import ensure_may_settle
from services.distributions.sales import absence_awaited, find_sale, lock_baskets, lock_sale, purse_of, slot_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.distributions import DistributionOverdue
from shared.messaging import outbox


def validate_distribution(session: Session, actor: Actor, *, sale_id: UUID) -> Distribution:
    """« Valider la distribution »: all remaining baskets in one go."""
    sale, account_id = _locked(session, actor, sale_id)
    now, slot = clock.now(), slot_of(session, sale)
    domain.ensure_closed(sale.state, slot, now)
    domain.ensure_day_has_come(slot, now)
    if not sale.orders_settled:
        raise domain.OrdersNotSettled
    if session.scalar(select(absence_awaited(sale_id))):
        raise domain.AbsenceNotSettled
    baskets = lock_baskets(session, Basket.sale_id == sale_id, Basket.order_count > 0)
    _ensure_refunds_generated(session, baskets)

    remaining = _validate_remaining(session, sale, baskets, Cause("validated", account_id, now))
    _validate(sale, Cause("validated", account_id, now))
    session.flush()

    lines = lines_by_basket(session, BasketLine.sale_id == sale_id)
    outbox.record(
        session,
        *(basket_validated(basket, lines[basket.id]) for basket in remaining),
        distribution_validated(session, sale),
    )
    return sale


def missing_product(session: Session, actor: Actor, *, sale_id: UUID, product_id: UUID) -> dict[str, Any]:
    """Nobody gets this product: zero on all baskets that are not validated yet, and the refunds with it."""
    sale, account_id = _locked(session, actor, sale_id)
    now = clock.now()
    domain.ensure_closed(sale.state, slot_of(session, sale), now)
    if sale.money_sent_at is not None:
        raise domain.MoneyTransferred
    lines = open_lines(session, sale_id, BasketLine.product_id == product_id)
    if not lines:
        raise NotFound("product_id", what="product")

    return write_off(session, lines, Cause("missing_product", account_id, now), "missing_product")


def write_off(
    session: Session, lines: list[BasketLine], cause: Cause, reason: str, still_owed: int = 0
) -> dict[str, Any]:
    """Set lines to zero and generate the refunds; answers what was done."""
    changed = settling.change_lines(session, cause, [Change(line, settling.NOTHING) for line in lines])
    refunded = settling.generate_refunds(session, cause, changed, reason, still_owed) if changed else []
    return {"baskets": len(changed), "refunds": len(refunded)}


def open_lines(session: Session, sale_id: UUID, *which: Any) -> list[BasketLine]:
    """Lines of the sale's baskets that are not validated, after locking these baskets."""
    baskets = lock_baskets(session, Basket.sale_id == sale_id, Basket.state == domain.OPEN, Basket.order_count > 0)
    return settling.lines_where(session, BasketLine.basket_id.in_([basket.id for basket in baskets]), *which)


def look_after(session: Session) -> bool:
    """One distribution whose hour has come: it validates itself when nobody ordered, or somebody is reminded."""
    now = clock.now()
    due = select(Distribution).where(Distribution.look_at <= now).order_by(Distribution.look_at).limit(1)
    sale = session.scalar(due.with_for_update(skip_locked=True))
    if sale is None:
        return False
    slot = slot_of(session, sale)
    basket_count = len(lock_baskets(session, Basket.sale_id == sale.sale_id, Basket.order_count > 0))
    if domain.may_validate_itself(basket_count=basket_count, orders_settled=sale.orders_settled, slot=slot, now=now):
        _validate(sale, Cause("validated", None, now))
        session.flush()
        outbox.record(session, distribution_validated(session, sale))
        return True
    sale.look_at = domain.next_look_at(slot, now, basket_count=basket_count)
    if basket_count:
        outbox.record(
            session,
            DistributionOverdue(
                sale_id=sale.sale_id,
                market_id=sale.market_id,
                ended_at=slot.ends_at,
                days=domain.overdue_days(slot, now),
                basket_count=basket_count,
            ),
        )
    return True


def _locked(session: Session, actor: Actor, sale_id: UUID) -> tuple[Distribution, UUID]:
    sale = find_sale(session, sale_id)
    account_id = ensure_may_settle(session, actor, sale)
    lock_sale(session, sale, exclusively=True)
    if sale.state == domain.VALIDATED:
        raise domain.DistributionIsValidated
    return sale, account_id


def _ensure_refunds_generated(session: Session, baskets: list[Basket]) -> None:
    lacking = [basket for basket in baskets if purse_of(basket).to_refund_cents]
    if not lacking:
        return
    people = session.scalars(select(Person).where(Person.account_id.in_([basket.member_id for basket in lacking])))
    names = {person.account_id: f"{person.first_name} {person.last_name}" for person in people}
    raise domain.RefundNotGenerated(
        baskets=[
            {
                "basket_id": str(basket.id),
                "number": basket.number,
                "name": names.get(basket.member_id, ""),
                "amount_cents": purse_of(basket).to_refund_cents,
            }
            for basket in sorted(lacking, key=lambda basket: basket.number)
        ]
    )


def _validate_remaining(session: Session, sale: Distribution, baskets: list[Basket], cause: Cause) -> list[Basket]:
    remaining = {basket.id for basket in baskets if basket.state == domain.OPEN}
    statement = update(Basket).where(
        Basket.sale_id == sale.sale_id, Basket.state == domain.OPEN, Basket.order_count > 0
    )
    session.execute(
        statement.values(
            state=domain.VALIDATED,
            validated_at=cause.at,
            validated_by=cause.by,
            version=Basket.version + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    now_valid = [b for b in lock_baskets(session, Basket.sale_id == sale.sale_id) if b.id in remaining]
    settling.trail(session, cause, settling.sums_of(now_valid), now_valid)
    return now_valid


def _validate(sale: Distribution, cause: Cause) -> None:
    sale.state, sale.validated_at, sale.validated_by = domain.VALIDATED, cause.at, cause.by
    sale.round += 1
    sale.look_at = None
