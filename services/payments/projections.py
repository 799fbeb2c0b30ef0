"""What payments keeps of others' facts: rates of markets, who administers them or settles a sale, producers, names."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.payments.models import Market, Person, Producer, Referent, Role
from shared.events.accounts import AccountDeleted, AccountRegistered
from shared.events.catalogs import ProducerChanged
from shared.events.markets import MarketChanged, ReferentAppointed, RoleGranted, RoleRevoked
from shared.messaging.inbox import insert_or_skip, keep_newest


def market_changed(session: Session, event: MarketChanged) -> None:
    keep_newest(
        session,
        Market,
        {"id": event.market_id},
        event.version,
        name=event.name[:200],
        payment_fee_bp=event.payment_fee_bp,
        commission_bp=event.commission_bp,
        time_zone=event.time_zone,
    )


def role_told(session: Session, event: RoleGranted) -> None:
    key = {"market_id": event.market_id, "account_id": event.account_id, "role": event.role}
    keep_newest(session, Role, key, event.version, granted=not isinstance(event, RoleRevoked))


def referent_appointed(session: Session, event: ReferentAppointed) -> None:
    keep_newest(session, Referent, {"sale_id": event.sale_id}, event.version, account_id=event.account_id)


def producer_changed(session: Session, event: ProducerChanged) -> None:
    keep_newest(
        session,
        Producer,
        {"id": event.producer_id},
        event.version,
        name=event.name[:200],
        email=event.email,
        account_ids=[str(account_id) for account_id in event.account_ids],
        commune=event.commune[:120],
        postcode=event.postcode[:10],
        siret=event.siret,
        vat_exempt=event.vat_exempt,
    )


def account_changed(session: Session, event: AccountRegistered) -> None:
    """The name that invoices and receipts bear; what is told after the deletion changes nothing."""
    name = f"{event.first_name} {event.last_name}".strip()[:250]
    lives = Person.deleted.is_(False)
    keep_newest(session, Person, {"id": event.account_id}, event.version, lives, name=name, deleted=False)


def account_deleted(session: Session, event: AccountDeleted) -> None:
    gone = {"name": "", "deleted": True}
    if insert_or_skip(session, Person.__table__, id=event.account_id, version=0, **gone):
        return
    this = update(Person).where(Person.id == event.account_id).values(gone)
    session.execute(this.execution_options(synchronize_session=False))
