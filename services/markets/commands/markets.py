"""Opening a market and changing its settings."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.markets.commands import calendar
from services.markets.commands.loading import ensure_version, located, lock_market, next_number
from services.markets.commands.members import set_state
from services.markets.commands.roles import set_role
from services.markets.domain import markets as domain
from services.markets.domain.members import ADMINISTRATOR, MEMBER
from services.markets.models import Market
from services.markets.rights import must_administer
from shared import clock
from shared.actor import Actor
from shared.events.markets import MarketChanged
from shared.messaging import outbox

TOLD = (
    "number",
    "name",
    "kind",
    "organisation_mode",
    "time_zone",
    "registration",
    "payment_fee_bp",
    "commission_bp",
    "reservation_minutes",
    "unvalidated_limit",
    "reminder_hours",
    "contact_email",
    "version",
)


def create_market(session: Session, actor: Actor, name: str, kind: str, place: dict[str, Any], **given: Any) -> Market:
    """Its creator becomes a member and its first administrator."""
    account_id = actor.must_be_known()
    settings = domain.settings(kind, place["postcode"], given)
    domain.zone(settings["time_zone"])

    market = Market(
        id=clock.new_id(),
        number=next_number(session, "markets"),
        name=name,
        kind=kind,
        place=located(place),
        **settings,
        created_by=account_id,
        created_at=clock.now(),
        version=1,
    )
    session.add(market)
    session.flush()

    tell(session, market)
    set_state(session, market.id, account_id, MEMBER)
    set_role(session, market.id, account_id, ADMINISTRATOR, held=True)
    return market


def change_market(
    session: Session,
    actor: Actor,
    market_id: UUID,
    version: int | None = None,
    place: dict[str, Any] | None = None,
    **changes: Any,
) -> Market:
    market = lock_market(session, market_id)
    must_administer(session, actor, market_id)
    ensure_version(version, market.version)
    domain.zone(changes.get("time_zone", market.time_zone))

    for name, value in changes.items():
        setattr(market, name, value)
    if place is not None:
        market.place = located(place)
    market.version += 1
    session.flush()

    tell(session, market)
    calendar.release(session, market)
    return market


def tell(session: Session, market: Market) -> None:
    facts = {name: getattr(market, name) for name in TOLD}
    outbox.record(
        session,
        MarketChanged(market_id=market.id, commune=market.place_commune, postcode=market.place_postcode, **facts),
    )
