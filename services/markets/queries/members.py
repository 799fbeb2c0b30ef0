"""The members' page of a market, for its administrators (SPEC N6)."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from services.markets.domain.markets import zone
from services.markets.domain.members import ANY, ROLE_NAMES
from services.markets.models import Bounce, Invitation, Market, Member, Person, Role
from services.markets.rights import must_administer
from shared.actor import Actor
from shared.geo import plain
from shared.tables import Column, language_index, table
from shared.tables import plain as plain_cell


def members(
    session: Session,
    actor: Actor,
    market_id: UUID,
    search: str,
    state: str,
    account_ids: list[UUID] | None,
    after: UUID | None,
    limit: int,
) -> dict[str, Any]:
    """By last name. `search`: words of the name, or a part of the address. `next` is the id of the last account."""
    must_administer(session, actor, market_id)
    name = func.coalesce(Person.sort_name, "")
    asked = _found(market_id, state, search)
    if account_ids is not None:
        asked = asked.where(Member.account_id.in_(account_ids))
    page = asked.add_columns(
        Member.account_id,
        Member.state,
        Member.joined_at,
        Person.first_name,
        Person.last_name,
        Person.email,
        Person.phone,
        Bounce.reason.label("bounced"),
    )
    if after is not None:
        last = select(name).select_from(Member).outerjoin(Person, Person.account_id == Member.account_id)
        passed = session.scalar(last.where(Member.account_id == after, Member.market_id == market_id)) or ""
        page = page.where(tuple_(name, Member.account_id) > (passed, after))
    rows = session.execute(page.order_by(name, Member.account_id).limit(limit + 1)).mappings().all()
    roles = _roles(session, market_id)
    return {
        "items": [{**row, "roles": sorted(roles[row["account_id"]])} for row in rows[:limit]],
        "total": session.scalar(select(func.count()).select_from(asked.add_columns(Member.id).subquery())),
        "next": rows[limit - 1]["account_id"] if len(rows) > limit else None,
    }


def export_members(session: Session, actor: Actor, market_id: UUID, state: str) -> dict[str, Any]:
    """All of them, by name, as a table in the actor's language."""
    must_administer(session, actor, market_id)
    market = session.get_one(Market, market_id)
    asked = _found(market_id, state, "").add_columns(
        Member.account_id, Member.joined_at, Person.first_name, Person.last_name, Person.email, Person.phone
    )
    rows = session.execute(asked.order_by(func.coalesce(Person.sort_name, ""), Member.account_id)).all()
    roles, here = _roles(session, market_id), zone(market.time_zone)

    def role_names(row: Any) -> str:
        return ", ".join(ROLE_NAMES[role][language_index(actor.language)] for role in sorted(roles[row.account_id]))

    columns: list[Column] = [
        (("Nom", "Last name"), lambda row: plain_cell(row.last_name or ""), False),
        (("Prénom", "First name"), lambda row: plain_cell(row.first_name or ""), False),
        (("E-mail", "E-mail"), lambda row: plain_cell(row.email or ""), False),
        (("Téléphone", "Phone"), lambda row: plain_cell(row.phone or ""), False),
        (("Depuis le", "Since"), lambda row: row.joined_at.astimezone(here).date().isoformat(), False),
        (("Rôles", "Roles"), role_names, False),
    ]
    return table(f"membres-{market.number}", columns, rows, actor.language)


def invitations(session: Session, actor: Actor, market_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    must_administer(session, actor, market_id)
    asked = (
        select(
            Invitation.id,
            Invitation.email,
            Invitation.invited_at,
            Invitation.expires_at,
            Invitation.accepted_at,
            Bounce.reason.label("bounced"),
        )
        .outerjoin(Bounce, Bounce.email == Invitation.email)
        .where(Invitation.market_id == market_id)
    )
    if after is not None:
        asked = asked.where(Invitation.id > after)
    rows = session.execute(asked.order_by(Invitation.id).limit(limit + 1)).mappings().all()
    return {"items": rows[:limit], "next": rows[limit - 1]["id"] if len(rows) > limit else None}


def _found(market_id: UUID, state: str, search: str) -> Select[Any]:
    found = (
        select()
        .select_from(Member)
        .outerjoin(Person, Person.account_id == Member.account_id)
        .outerjoin(Bounce, and_(Bounce.email == Person.email, Person.email != ""))
        .where(Member.market_id == market_id)
    )
    if state != ANY:
        found = found.where(Member.state == state)
    words = [search.strip().lower()] if "@" in search else plain(search).split()
    for word in words:
        found = found.where(Person.found_by.contains(word, autoescape=True))
    return found


def _roles(session: Session, market_id: UUID) -> dict[UUID, set[str]]:
    held: dict[UUID, set[str]] = defaultdict(set)
    for account_id, role in session.execute(
        select(Role.account_id, Role.role).where(Role.market_id == market_id, Role.held)
    ):
        held[account_id].add(role)
    return held
