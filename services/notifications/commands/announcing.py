"""Announcements: who belongs to the audience, told in chunks, each chunk in its own transaction."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, or_, select, union
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.commands import telling
from services.notifications.models import (
    Account,
    Announcement,
    Member,
    OptOut,
    Order,
    Participation,
    Preference,
    Producer,
    Referent,
    Role,
)
from shared import clock
from shared.logs import Log

log = Log(__name__)
CHUNK = 2000
SECOND_LOOK_AFTER = timedelta(minutes=1)
PATIENCE = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(minutes=1)
ADMINISTRATOR = "administrator"


def work_one(session: Db) -> bool:
    """Tell the next chunk of one due announcement; False when none is due."""
    due = select(Announcement).where(Announcement.due_at <= clock.now()).order_by(Announcement.due_at).limit(1)
    announcement = session.scalar(due.with_for_update(skip_locked=True))
    if announcement is None:
        return False
    people = _next_people(session, announcement)
    _tell(session, announcement, people)
    if len(people) == CHUNK:
        announcement.after = people[-1]
    else:
        _finish(session, announcement, reached=bool(people) or announcement.after is not None)
    return True


def _next_people(session: Db, announcement: Announcement) -> Sequence[UUID]:
    people = AUDIENCES[announcement.audience](session, announcement)
    if isinstance(people, list):
        return people
    found = people.subquery()
    (person,) = found.c
    chunk = select(person).distinct().order_by(person).limit(CHUNK)
    if announcement.after is not None:
        chunk = chunk.where(person > announcement.after)
    return session.scalars(chunk).all()


def _tell(session: Db, announcement: Announcement, people: Sequence[UUID]) -> None:
    kind = domain.KINDS[announcement.kind]
    facts = {name: value for name, value in announcement.facts.items() if name != telling.SIGNED_UP}
    if announcement.producer_id is not None:
        facts = facts | {"producer_id": str(announcement.producer_id)}
    about = {"market_id": announcement.market_id, "sale_id": announcement.sale_id, "facts": facts}
    telling.tell_all(
        session, kind, announcement.occasion, people, households=_households(session, kind, people), about=about
    )


def _households(session: Db, kind: domain.Kind, people: Sequence[UUID]) -> Sequence[UUID]:
    if not kind.household or not people:
        return ()
    second = select(Account.id).where(Account.id.in_(people), Account.second_email.is_not(None))
    return session.scalars(second).all()


def _finish(session: Db, announcement: Announcement, *, reached: bool) -> None:
    """Look a second time for those whose joining or ordering was told at the same moment.

    When nobody is known yet whom it concerns, go on asking for a day.
    """
    now = clock.now()
    if announcement.rounds == 0 or (not reached and now - announcement.created_at < PATIENCE):
        announcement.after, announcement.rounds = None, announcement.rounds + 1
        announcement.due_at = now + (SECOND_LOOK_AFTER if reached else ASK_AGAIN_AFTER)
        return
    if not reached and announcement.audience in NEVER_EMPTY:
        log.warning("announcement_reached_nobody", kind=announcement.kind, occasion=announcement.occasion)
    session.execute(delete(Announcement).where(Announcement.id == announcement.id))


def _members(_session: Db, about: Announcement) -> Select[Any]:
    opted_out = exists().where(OptOut.account_id == Member.account_id, OptOut.market_id == Member.market_id)
    members = select(Member.account_id).where(Member.market_id == about.market_id, Member.joined)
    return members.where(~opted_out) if domain.KINDS[about.kind].optional else members


def _without_order(session: Db, about: Announcement) -> Select[Any]:
    ordered = exists().where(Order.sale_id == about.sale_id, Order.member_id == Member.account_id, *_lives())
    return _members(session, about).where(~ordered)


def _customers(_session: Db, about: Announcement) -> Select[Any]:
    return select(Order.member_id).where(Order.sale_id == about.sale_id, *_lives())


def _early_birds(session: Db, about: Announcement) -> Select[Any]:
    """The customers who asked for a reminder shortly before the pickup."""
    asked = select(Preference.account_id).where(Preference.pickup_4h)
    return _customers(session, about).where(Order.member_id.in_(asked))


def _administrators(_session: Db, about: Announcement) -> Select[Any]:
    return select(Role.account_id).where(Role.market_id == about.market_id, Role.role == ADMINISTRATOR, Role.granted)


def _validators(session: Db, about: Announcement) -> Any:
    """The administrators and the referent of the sale."""
    return union(_administrators(session, about), select(Referent.account_id).where(Referent.sale_id == about.sale_id))


def _producer(session: Db, about: Announcement) -> list[UUID]:
    return _people_of(session, select(Producer.account_ids).where(Producer.id == about.producer_id))


def _participants(session: Db, about: Announcement) -> list[UUID]:
    taking_part = select(Participation.producer_id).where(
        Participation.sale_id == about.sale_id, Participation.confirmed
    )
    return _people_of(session, select(Producer.account_ids).where(Producer.id.in_(taking_part)))


def _helpers(session: Db, about: Announcement) -> Select[Any]:
    """Members and people of farms that take part, but for those who have signed up (SPEC M7)."""
    farmers = select(Account.id).where(Account.id.in_(_participants(session, about)))
    (person,) = union(_members(session, about), farmers).subquery().c
    return select(person).where(person.not_in([UUID(each) for each in about.facts[telling.SIGNED_UP]]))


def _on_duty(session: Db, about: Announcement) -> list[UUID]:
    """But for those who read of the cancelled sale as its customers or producers."""
    went_with_it = or_(and_(*_lives()), Order.void_cents > 0)
    customers = session.scalars(select(Order.member_id).where(Order.sale_id == about.sale_id, went_with_it))
    people = [UUID(each) for each in about.facts[telling.SIGNED_UP]]
    return domain.without(people, {*customers, *_participants(session, about)})


def _people_of(session: Db, account_ids: Select[Any]) -> list[UUID]:
    return sorted({UUID(person) for people in session.scalars(account_ids) for person in people})


def _lives() -> tuple[Any, ...]:
    return Order.confirmed_at.is_not(None), Order.cancelled.is_(False)


AUDIENCES: dict[str, Callable[[Db, Announcement], Any]] = {
    telling.MEMBERS: _members,
    telling.WITHOUT_ORDER: _without_order,
    telling.CUSTOMERS: _customers,
    telling.EARLY_BIRDS: _early_birds,
    telling.ADMINISTRATORS: _administrators,
    telling.VALIDATORS: _validators,
    telling.PRODUCER: _producer,
    telling.PARTICIPANTS: _participants,
    telling.HELPERS: _helpers,
    telling.ON_DUTY: _on_duty,
}
NEVER_EMPTY = {telling.ADMINISTRATORS, telling.VALIDATORS, telling.PRODUCER}
