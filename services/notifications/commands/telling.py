"""To tell one person: a delivery for the mail and a notice in the application, each at most once per occasion."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.models import Announcement, Delivery, Notice
from shared import clock
from shared.events import markets

Rows = list[dict[str, Any]]
MEMBERS, WITHOUT_ORDER, CUSTOMERS, EARLY_BIRDS = "members", "without_order", "customers", "early_birds"
ADMINISTRATORS, VALIDATORS, PRODUCER, PARTICIPANTS = "administrators", "validators", "producer", "participants"
HELPERS, ON_DUTY = "helpers", "on_duty"
SIGNED_UP = "signed_up"
"""Of an announcement to helpers: the accounts that are spared it; to those on duty: these accounts."""


def tell(
    session: Db,
    kind: str,
    occasion: str,
    *people: UUID,
    market_id: UUID | None = None,
    sale_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """`facts`: JSON values that the kind's template shows."""
    about = {"market_id": market_id, "sale_id": sale_id, "facts": facts or {}}
    tell_all(session, domain.KINDS[kind], occasion, people, about=about)


def tell_address(
    session: Db,
    kind: str,
    occasion: str,
    email: str,
    language: str,
    *,
    facts: dict[str, Any],
    account_id: UUID | None = None,
    market_id: UUID | None = None,
) -> None:
    """To an address that may belong to nobody we know, or not be proven yet."""
    about = {"market_id": market_id, "sale_id": None, "facts": facts}
    row = _delivery(domain.KINDS[kind], occasion, email, about) | {
        "account_id": account_id,
        "email": email,
        "language": language,
    }
    _insert(session, Delivery, [row])


def notice(
    session: Db,
    kind: str,
    occasion: str,
    person: UUID,
    *,
    market_id: UUID,
    facts: dict[str, Any],
    sale_id: UUID | None = None,
) -> None:
    """In the application alone; the mail goes another way."""
    about = {"market_id": market_id, "sale_id": sale_id, "facts": facts}
    _insert(session, Notice, [_notice(domain.KINDS[kind], occasion, person, about)])


def tell_all(
    session: Db,
    kind: domain.Kind,
    occasion: str,
    people: Sequence[UUID],
    *,
    households: Sequence[UUID] = (),
    about: dict[str, Any],
) -> None:
    """`households`: those of the people who have a second address for mails of this kind."""
    if kind.mail:
        rows = [_delivery(kind, occasion, str(person), about) | {"account_id": person} for person in people]
        rows += [
            _delivery(kind, occasion, f"{person}{domain.HOUSEHOLD}", about) | {"account_id": person}
            for person in households
        ]
        _insert(session, Delivery, rows)
    if kind.notice:
        _insert(session, Notice, [_notice(kind, occasion, person, about) for person in people])


def was_taken_back(session: Db, kind: str, occasion: str) -> bool:
    dropped = (Delivery.occasion == occasion, Delivery.kind == kind, Delivery.state == domain.DROPPED)
    return session.scalar(select(Delivery.id).where(*dropped).limit(1)) is not None


def take_back(session: Db, kind: str, occasion: str) -> None:
    """What was told and waits is not sent, and what is shown is not shown any more."""
    waiting = (Delivery.occasion == occasion, Delivery.kind == kind, Delivery.state == domain.WAITING)
    session.execute(update(Delivery).where(*waiting).values(state=domain.DROPPED))
    session.execute(delete(Notice).where(Notice.occasion == occasion, Notice.kind == kind))


def announce(
    session: Db,
    kind: str,
    occasion: str,
    audience: str,
    *,
    market_id: UUID | None = None,
    sale_id: UUID | None = None,
    producer_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    delay: timedelta = timedelta(0),
) -> None:
    """Tell a group that may be large, or not be known yet: the announcer works through it in chunks."""
    session.add(
        Announcement(
            id=clock.new_id(),
            kind=kind,
            occasion=occasion,
            audience=audience,
            market_id=market_id,
            sale_id=sale_id,
            producer_id=producer_id,
            facts=facts or {},
            rounds=0,
            due_at=clock.now() + delay,
            created_at=clock.now(),
        )
    )


def _delivery(kind: domain.Kind, occasion: str, person: str, about: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": clock.new_id(),
        "occasion": occasion,
        "person": person,
        "kind": kind.name,
        "email": None,
        "language": None,
        "priority": kind.priority,
        "state": domain.WAITING,
        "attempts": 0,
        "due_at": now + kind.delay,
        "created_at": now,
        **about,
    }


def _notice(kind: domain.Kind, occasion: str, person: UUID, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "occasion": occasion,
        "account_id": person,
        "kind": kind.name,
        "created_at": clock.now(),
        **about,
    }


def _insert(session: Db, table: Any, rows: Rows) -> None:
    """What is there already stays: a second telling of the same occasion changes nothing."""
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(table.__table__).on_conflict_do_nothing(), rows)


def tell_member(session: Db, kind: str, occasion: str, event: Any, *names: str) -> None:
    tell(
        session,
        kind,
        occasion,
        event.member_id,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=some(event, *names),
    )


def tell_producer(session: Db, kind: str, occasion: str, event: markets.ProducerInvitedToSale) -> None:
    announce(
        session,
        kind,
        occasion,
        PRODUCER,
        market_id=event.market_id,
        sale_id=event.sale_id,
        producer_id=event.producer_id,
    )


def some(event: Any, *names: str) -> dict[str, Any]:
    """These fields of an event as JSON values."""
    wire = event.dump()
    return {name: wire[name] for name in names}
