"""Producers who cannot be paid: once per producer and Monday they are reminded of the account that is missing."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from services.payments import domain
from services.payments.commands.payouts import payable
from services.payments.models import Account, HeldPayout, Settlement, Share
from shared import clock
from shared.events.payments import PayoutHeld
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


def remind(session: Session) -> bool:
    """Tell one producer who is owed money that the latest Monday passed without a payout: no account is active."""
    monday = domain.last_run(clock.now())
    row = session.execute(_unable(monday)).first()
    if row is None:
        return False
    told = {"producer_id": row.producer_id, "monday": monday, "amount_cents": int(row.amount)}
    if insert_or_skip(session, HeldPayout.__table__, **told):
        outbox.record(session, PayoutHeld(**told))
    return True


def _unable(monday: date) -> Select[UUID, int]:
    """The next producer with a positive balance that is due, no active account, and no word of it yet (SPEC F6)."""
    able = exists().where(Account.producer_id == Share.producer_id, Account.active)
    is_told = exists().where(HeldPayout.producer_id == Share.producer_id, HeldPayout.monday == monday)
    return (
        select(Share.producer_id, func.sum(Share.amount_cents).label("amount"))
        .join(Settlement, Settlement.sale_id == Share.sale_id)
        .where(*payable(monday), ~able, ~is_told)
        .group_by(Share.producer_id)
        .having(func.sum(Share.amount_cents) > 0)
        .order_by(Share.producer_id)
        .limit(1)
    )
