"""Producers declare shortages and real weights beforehand; the referent confirms (SPEC D4)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.distribution import open_lines
from services.distributions.commands.settling import Cause, Change
from services.distributions.models import BasketLine, Distribution
from services.distributions.rights import ensure_may_settle, own_producers
from services.distributions.sales import find_sale, lock_sale, slot_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound


def declare(
    session: Session, actor: Actor, *, sale_id: UUID, lines: list[dict[str, Any]], missing_products: list[UUID]
) -> None:
    """Replaces what the producer declared for this sale. Nothing changes in the baskets until it is confirmed."""
    sale = find_sale(session, sale_id)
    own = own_producers(session, actor)
    lock_sale(session, sale, exclusively=True)
    _ensure_open(session, sale)
    mine = open_lines(session, sale_id, BasketLine.producer_id.in_(own))
    if not mine:
        raise NotFound(what="sale")

    declared = _declared(mine, {line["line_id"]: line["delivered"] for line in lines}, set(missing_products))

    _set_declared(session, (line.id for line in mine if line.declared is not None), None)
    for quantity in set(declared.values()):
        _set_declared(session, (line_id for line_id, said in declared.items() if said == quantity), quantity)


def confirm_declarations(
    session: Session, actor: Actor, *, sale_id: UUID, producer_id: UUID | None = None, refund: bool = True
) -> dict[str, Any]:
    """What the producers declared becomes what was delivered; with `refund`, the refunds are generated too."""
    sale = find_sale(session, sale_id)
    account_id = ensure_may_settle(session, actor, sale)
    lock_sale(session, sale, exclusively=True)
    _ensure_open(session, sale)
    whose = () if producer_id is None else (BasketLine.producer_id == producer_id,)
    lines = open_lines(session, sale_id, BasketLine.declared.is_not(None), *whose)
    if not lines:
        raise domain.NothingDeclared

    cause = Cause("declaration_confirmed", account_id, clock.now())
    changes = [Change(line, line.declared) for line in lines if line.declared is not None]
    changed = settling.change_lines(session, cause, changes)
    _set_declared(session, (line.id for line in lines), None)
    refunded = settling.generate_refunds(session, cause, changed, "adjusted") if refund else []
    return {"baskets": len(changed), "refunds": len(refunded)}


def _ensure_open(session: Session, sale: Distribution) -> None:
    if sale.state == domain.VALIDATED:
        raise domain.DistributionIsValidated
    if sale.money_sent_at is not None:
        raise domain.MoneyTransferred
    domain.ensure_closed(sale.state, slot_of(session, sale), clock.now())


def _declared(mine: list[BasketLine], said: dict[UUID, Decimal], missing: set[UUID]) -> dict[UUID, Decimal]:
    by_id = {line.id: line for line in mine}
    if not said.keys() <= by_id.keys():
        raise NotFound("lines", what="line")
    if not missing <= {line.product_id for line in mine}:
        raise NotFound("missing_products", what="product")
    for line_id, delivered in said.items():
        domain.ensure_declarable(settling.terms_of(by_id[line_id]), delivered)
    return {line.id: settling.NOTHING for line in mine if line.product_id in missing} | said


def _set_declared(session: Session, lines: Iterable[UUID], quantity: Decimal | None) -> None:
    statement = update(BasketLine).where(BasketLine.id.in_(list(lines))).values(declared=quantity)
    session.execute(statement, execution_options={"synchronize_session": False})
