"""What a person wants to be mailed: opening mails per market, the second pickup reminder."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.models import Member, OptOut, Preference
from services.notifications.tokens import read_link
from shared import clock
from shared.errors import NotFound
from shared.events.notifications import Unsubscribed
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


def unsubscribe(session: Db, token: str) -> domain.Subscription:
    """By the link of a mail, without log-in; a second time changes nothing (SPEC N3)."""
    subscription = read_link(session, token)
    _opt_out(session, subscription.account_id, subscription.market_id)
    return subscription


def change_preferences(
    session: Db, account_id: UUID, markets: list[dict[str, Any]] | None = None, *, pickup_4h: bool | None = None
) -> None:
    if pickup_4h is not None:
        _set_pickup_4h(session, account_id, wanted=pickup_4h)
    for choice in markets or ():
        _ensure_member(session, account_id, choice["market_id"])
        if choice["opening"]:
            _opt_in(session, account_id, choice["market_id"])
        else:
            _opt_out(session, account_id, choice["market_id"])


def _set_pickup_4h(session: Db, account_id: UUID, *, wanted: bool) -> None:
    if not insert_or_skip(session, Preference.__table__, account_id=account_id, pickup_4h=wanted):
        session.execute(update(Preference).where(Preference.account_id == account_id).values(pickup_4h=wanted))


def _ensure_member(session: Db, account_id: UUID, market_id: UUID) -> None:
    member = session.get(Member, (market_id, account_id))
    if member is None or not member.joined:
        raise NotFound("market_id", what="market")


def _opt_in(session: Db, account_id: UUID, market_id: UUID) -> None:
    session.execute(
        delete(OptOut).where(
            OptOut.account_id == account_id, OptOut.market_id == market_id, OptOut.kind == domain.OPENING
        )
    )


def _opt_out(session: Db, account_id: UUID, market_id: UUID) -> None:
    choice: dict[str, Any] = {"account_id": account_id, "market_id": market_id, "kind": domain.OPENING}
    if insert_or_skip(session, OptOut.__table__, **choice, opted_out_at=clock.now()):
        outbox.record(session, Unsubscribed(**choice))
