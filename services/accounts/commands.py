"""What people do with their accounts. Hashing a password takes long, so it happens outside of transactions."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session as Db

from services.accounts import domain, queries, secrets
from services.accounts.models import Account, FailedLogin, Link, Session
from shared import clock
from shared.db import Database
from shared.errors import NotFound, VersionConflict
from shared.events.accounts import (
    AccountChanged,
    AccountDeleted,
    AccountRegistered,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


def register(db: Database, password: str, address: str, **facts: Any) -> Account:
    password_hash = secrets.hash_password(password)
    with db.write() as session:
        return _register(session, password_hash, facts)


def _register(session: Db, password_hash: str, facts: dict[str, Any]) -> Account:
    account = {"id": clock.new_id(), "password_hash": password_hash, "registered_at": clock.now(), "version": 1}
    if not insert_or_skip(session, Account.__table__, **account, **facts):
        raise domain.EmailTaken("email")
    row = session.get_one(Account, account["id"])
    outbox.record(session, AccountRegistered(**_facts(row)))
    _send_link(session, row, domain.VERIFY)
    return row


def verify_email(session: Db, token: str) -> Account:
    link = _use_link(session, token, domain.VERIFY)
    account = session.get_one(Account, link.account_id, with_for_update=True)
    account.email_verified_at = account.email_verified_at or clock.now()
    _changed(session, account)
    return account


def request_verification(session: Db, account_id: UUID) -> None:
    account = session.get_one(Account, account_id)
    if account.email_verified_at is None:
        _send_link(session, account, domain.VERIFY)


def request_reset(session: Db, email: str, address: str) -> None:
    """Says the same whether the address is known or not; asking is throttled like a failed log-in."""
    _ensure_calm(session, email, address)
    _count_failure(session, f"reset:{email}", f"address:{address}")
    account = session.scalar(select(Account).where(Account.email == email))
    if account is not None:
        _send_link(session, account, domain.RESET)


def reset_password(db: Database, token: str, password: str) -> None:
    """Sets a new password, proves the address, and closes every open session."""
    password_hash = secrets.hash_password(password)
    with db.write() as session:
        link = _use_link(session, token, domain.RESET)
        account = session.get_one(Account, link.account_id, with_for_update=True)
        account.password_hash = password_hash
        account.email_verified_at = account.email_verified_at or clock.now()
        _revoke(session, Session.account_id == account.id)
        _changed(session, account)


def change_me(session: Db, account_id: UUID, version: int | None = None, **changes: Any) -> Account:
    account = session.get_one(Account, account_id, with_for_update=True)
    if version is not None and version != account.version:
        raise VersionConflict(current=account.version)
    for name, value in changes.items():
        setattr(account, name, value)
    _changed(session, account)
    return account


def delete_me(db: Database, account_id: UUID, password: str) -> None:
    """Forget the person. The row stays under its id, without name or address; nobody can log in with it."""
    with db.read() as session:
        account = session.get_one(Account, account_id)
    if not secrets.password_fits(account.password_hash, password):
        raise domain.WrongCredentials("password")
    with db.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        domain.ensure_deletable(
            queries.open_orders(session, account_id),
            queries.farms(session, account_id),
            queries.open_balances(session, account_id),
        )
        account.email, account.first_name, account.last_name = f"{account_id}@deleted.invalid", "", ""
        account.phone = account.second_email = None
        account.password_hash = "deleted"  # noqa: S105 - no hash: nothing fits it
        session.execute(delete(Link).where(Link.account_id == account_id))
        _revoke(session, Session.account_id == account_id)
        outbox.record(session, AccountDeleted(account_id=account_id))


def log_in(db: Database, email: str, password: str, address: str, label: str, scopes: list[str]) -> dict[str, Any]:
    """Opens a session and answers its token, which is kept nowhere."""
    with db.read() as session:
        _ensure_calm(session, email, address)
        account = session.scalar(select(Account).where(Account.email == email))
    fits = secrets.password_fits(account.password_hash if account else None, password)
    with db.write() as session:
        if account and fits:
            session.execute(delete(FailedLogin).where(FailedLogin.subject == f"account:{email}"))
            return _open_session(session, account.id, label, scopes)
        _count_failure(session, f"account:{email}", f"address:{address}")
    raise domain.WrongCredentials("email")


def log_out(session: Db, account_id: UUID, session_id: UUID) -> None:
    if not _revoke(session, Session.account_id == account_id, Session.id == session_id):
        raise NotFound("session_id", what="session")


def _revoke(session: Db, *which: Any) -> int:
    revoked = update(Session).where(*which, Session.revoked_at.is_(None)).values(revoked_at=clock.now())
    return session.execute(revoked).rowcount  # type: ignore[attr-defined,no-any-return]


def _open_session(session: Db, account_id: UUID, label: str, scopes: list[str]) -> dict[str, Any]:
    token, now = secrets.new_token(), clock.now()
    row = Session(
        id=clock.new_id(),
        account_id=account_id,
        token_hash=secrets.hash_token(token),
        label=label,
        scopes=scopes,
        opened_at=now,
        expires_at=now + domain.SESSION_LIFE,
    )
    session.add(row)
    return {
        "token": token,
        "session_id": row.id,
        "account_id": account_id,
        "scopes": scopes,
        "expires_at": row.expires_at,
    }


def _ensure_calm(session: Db, email: str, address: str) -> None:
    since = clock.now() - domain.THROTTLE_WINDOW
    subjects = (f"account:{email}", f"reset:{email}", f"address:{address}")
    counts = select(FailedLogin.subject, func.count()).where(FailedLogin.subject.in_(subjects), FailedLogin.at > since)
    failures = dict(session.execute(counts.group_by(FailedLogin.subject)).all())
    of_account = max(failures.get(subjects[0], 0), failures.get(subjects[1], 0))
    domain.ensure_calm(of_account, failures.get(subjects[2], 0) if address else 0)


def _count_failure(session: Db, *subjects: str) -> None:
    session.execute(delete(FailedLogin).where(FailedLogin.at < clock.now() - 4 * domain.THROTTLE_WINDOW))
    session.add_all(FailedLogin(id=clock.new_id(), subject=subject, at=clock.now()) for subject in subjects)


def _send_link(session: Db, account: Account, purpose: str) -> None:
    token, expires_at = secrets.new_token(), clock.now() + domain.LIFE[purpose]
    session.add(
        Link(
            token_hash=secrets.hash_token(token),
            account_id=account.id,
            purpose=purpose,
            email=account.email,
            expires_at=expires_at,
        )
    )
    request = EmailVerificationRequested if purpose == domain.VERIFY else PasswordResetRequested
    outbox.record(
        session,
        request(
            account_id=account.id,
            email=account.email,
            first_name=account.first_name,
            language=account.language,
            token=token,
            expires_at=expires_at,
        ),
    )


def _use_link(session: Db, token: str, purpose: str) -> Link:
    link = session.get(Link, secrets.hash_token(token), with_for_update=True)
    if link is None or link.purpose != purpose:
        raise domain.LinkInvalid("token")
    domain.ensure_usable(link.used_at, link.expires_at, clock.now())
    link.used_at = clock.now()
    return link


def _changed(session: Db, account: Account) -> None:
    account.version += 1
    outbox.record(session, AccountChanged(**_facts(account)))


def _facts(account: Account) -> dict[str, Any]:
    names = ("email", "first_name", "last_name", "phone", "language", "second_email", "version")
    return {
        "account_id": account.id,
        "email_verified": account.email_verified_at is not None,
        **{name: getattr(account, name) for name in names},
    }
