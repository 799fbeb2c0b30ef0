"""A member pays a balance due by link: a payment page of its own, in the three steps of an order's (checkout)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain
from services.payments.commands import balances, checkout
from services.payments.models import MemberAccount, Payment
from services.payments.provider import Provider
from shared import clock
from shared.actor import Actor
from shared.config import Config
from shared.db import Database


def open_page(db: Database, provider: Provider, actor: Actor, market_id: UUID) -> Payment:
    """The payment with an open `session_url`: the same one while that is open."""
    member_id = actor.must_be_known()
    with db.write() as session:
        payment, is_new = _prepare(session, balances.locked(session, market_id, member_id), actor.language)
    if payment.session_url is not None:
        return payment
    opened = checkout.asked_now(db, provider, payment, is_new=is_new)
    if opened is None:
        return open_page(db, provider, actor, market_id)
    if opened.session_url is None:
        raise domain.NothingToPay
    return opened


def _prepare(session: Session, account: MemberAccount, language: str) -> tuple[Payment, bool]:
    pages = session.scalars(select(Payment).where(*balances.open_pages(account)).order_by(Payment.id)).all()
    now = clock.now()
    for page in pages:
        if page.order_id is None and (page.session_expires_at or now) > now:
            return page, False
    due = -balances.free(session, account)
    if due <= 0:
        held = [page.expires_at for page in pages if page.balance_cents]
        raise domain.BalanceIsBeingPaid(until=max(held).isoformat()) if held else domain.NothingToPay()
    if due < domain.LEAST_CARD_CENTS:
        raise domain.AmountTooSmall
    return _new_payment(session, account, due, language), True


def _new_payment(session: Session, account: MemberAccount, due: int, language: str) -> Payment:
    now = clock.now()
    payment = Payment(
        id=clock.new_id(),
        market_id=account.market_id,
        member_id=account.member_id,
        amount_cents=0,
        balance_cents=due,
        lines=[],
        status=domain.AWAITING,
        expires_at=now + domain.BALANCE_PAGE_LIFE,
        checkout_tries=0,
        created_at=now,
    )
    checkout.write_request(payment, f"{Config().public_url}/balances/{account.market_id}", language)
    session.add(payment)
    return payment
