"""Producers' accounts at the provider: opened by the producer, followed until they are active."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.payments import domain, rights, work
from services.payments.models import Account, Producer
from services.payments.provider import AccountState, Provider, ProviderRefused, ProviderUnavailable
from shared import clock
from shared.actor import Actor
from shared.config import Config
from shared.db import Database
from shared.events.payments import PaymentAccountChanged
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


def open_account(db: Database, provider: Provider, actor: Actor, producer_id: UUID) -> dict[str, Any]:
    """The account, made at the first call, and a link to the provider's onboarding page: for one visit."""
    with db.write() as session:
        producer = rights.must_act_for(session, actor, producer_id)
        account = _prepare(session, producer)
    try:
        account = account if account.provider_id else _create(db, provider, account)
        assert account.provider_id is not None
        place = f"{Config().public_url}/producers/{producer_id}/payment-account"
        url = provider.onboarding_link(account_id=account.provider_id, return_url=place, refresh_url=place)
    except (ProviderUnavailable, ProviderRefused):
        raise domain.ProviderIsUnavailable from None
    return {"account": account, "url": url}


def state(db: Database, provider: Provider, actor: Actor, producer_id: UUID) -> Account:
    """As the provider has it now; as it was last known when the provider does not answer; blank before it is opened."""
    with db.read() as session:
        rights.must_act_for(session, actor, producer_id)
        account = session.get(Account, producer_id) or Account(**_blank(producer_id))
    if account.active or account.provider_id is None:
        return account
    try:
        return _ask(db, provider, account)
    except (ProviderUnavailable, ProviderRefused):
        return account


def look(db: Database, provider: Provider) -> bool:
    """Ask about an account of which the provider told a change, or that is on its way."""
    with db.write() as session:
        account = work.claim(session, Account)
    if account is None:
        return False
    try:
        _ask(db, provider, account if account.provider_id else _create(db, provider, account))
    except (ProviderUnavailable, ProviderRefused):
        with db.write() as session:
            work.later(session.get_one(Account, account.producer_id, with_for_update=True))
    return True


def _prepare(session: Session, producer: Producer) -> Account:
    asked = {"email": producer.email or "", "name": producer.name}
    insert_or_skip(
        session,
        Account.__table__,
        **_blank(producer.id),
        asked_with=asked,
        version=1,
        try_at=clock.now() + domain.LEASE,
    )
    return session.get_one(Account, producer.id, with_for_update=True)


def _blank(producer_id: UUID) -> dict[str, Any]:
    """An account of which nothing is known at the provider."""
    return {"producer_id": producer_id, "active": False, "details_submitted": False, "due": []}


def _create(db: Database, provider: Provider, account: Account) -> Account:
    provider_id = provider.create_account(
        producer_id=str(account.producer_id), key=f"account:{account.producer_id}", **account.asked_with
    )
    with db.write() as session:
        row = session.get_one(Account, account.producer_id, with_for_update=True)
        row.provider_id = row.provider_id or provider_id
        row.tries = 0
        work.again(row, domain.account_look(row.tries))
        return row


def _ask(db: Database, provider: Provider, account: Account) -> Account:
    assert account.provider_id is not None
    seen = provider.account_state(account.provider_id)
    with db.write() as session:
        row = session.get_one(Account, account.producer_id, with_for_update=True)
        _take(session, row, seen)
        return row


def _take(session: Session, row: Account, seen: AccountState) -> None:
    row.details_submitted, row.disabled_reason = seen.details_submitted, seen.disabled_reason
    row.due, row.due_by = list(seen.due), seen.due_by
    if seen.active:
        work.done(row)
    else:
        work.again(row, domain.account_look(row.tries))
    if row.active != seen.active:
        row.active = seen.active
        row.active_since = clock.now() if seen.active else None
        row.version += 1
        outbox.record(
            session, PaymentAccountChanged(producer_id=row.producer_id, active=row.active, version=row.version)
        )
