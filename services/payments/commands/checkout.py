"""A member pays: the provider's payment page, opened in three steps, the same however often it is asked for.

The request is committed word for word before it is made, so that a repetition (a second click, or the timer after a
crash) is the same request under the same key and gets the same page.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.payments import domain, work
from services.payments.commands import balances, fees, orders
from services.payments.models import Payment
from services.payments.provider import Checkout, Line, Provider, ProviderRefused, ProviderUnavailable
from services.payments.provider import Payment as Made
from shared import clock
from shared.actor import Actor
from shared.config import Config
from shared.db import Database
from shared.errors import NotFound, Refusal


def open_page(db: Database, provider: Provider, actor: Actor, order_id: UUID) -> Payment:
    """The payment with an open `session_url`, or captured already if the member's credit pays for all of it."""
    member_id = actor.must_be_known()
    with db.write() as session:
        payment = _mine(orders.locked(session, Payment.order_id == order_id), member_id)
        is_new = _prepare(session, payment, actor.language)
    if payment.session_url is not None or payment.status == domain.SUCCEEDED:
        return payment
    opened = asked_now(db, provider, payment, is_new=is_new)
    if opened is None:
        return open_page(db, provider, actor, order_id)
    payment = opened
    if payment.session_url is None:
        raise domain.ReservationOver
    return payment


def asked_now(db: Database, provider: Provider, payment: Payment, *, is_new: bool) -> Payment | None:
    """While a person waits. None: the request was an old one and came too late; make a new one."""
    try:
        return ask(db, provider, payment)
    except ProviderUnavailable:
        raise domain.ProviderIsUnavailable from None
    except ProviderRefused as refused:
        if is_new:
            raise _refusal(refused.code) from None
        return None


def ask(db: Database, provider: Provider, payment: Payment) -> Payment:
    """Make the committed request and commit its answer; a refused request is forgotten."""
    try:
        page = provider.create_checkout(**_request(payment))
    except ProviderRefused:
        with db.write() as session:
            _forget_request(session, orders.locked(session, Payment.id == payment.id), payment.checkout_tries)
        raise
    with db.write() as session:
        opened = orders.locked(session, Payment.id == payment.id)
        assert opened is not None
        _opened(opened, page)
        return opened


def look(db: Database, provider: Provider) -> bool:
    """Ask about a payment whose time to be asked has come: a page left half open by a crash, a page whose webhook may
    be lost, a page to close because its order has expired.
    """
    with db.write() as session:
        payment = work.claim(session, Payment)
    if payment is None:
        return False
    try:
        _look(db, provider, payment)
    except (ProviderUnavailable, ProviderRefused):
        with db.write() as session:
            work.later(session.get_one(Payment, payment.id, with_for_update=True))
    return True


def _look(db: Database, provider: Provider, payment: Payment) -> None:
    if payment.session_id is None:
        payment = ask(db, provider, payment)
    assert payment.session_id is not None
    if payment.status == domain.EXPIRED:
        page = provider.expire_checkout(payment.session_id)
    else:
        page = provider.find_checkout(payment.session_id)
    paid_at, made = _paid(provider, page)
    with db.write() as session:
        if made is not None:
            intent = page.payment_intent
            orders.capture(session, payment.id, intent, amount=made.amount_cents, at=paid_at, cause="asked")
            fees.charged(session, payment, made)
        else:
            _seen(session, orders.locked(session, Payment.id == payment.id), page)


def _paid(provider: Provider, page: Checkout) -> tuple[datetime, Made | None]:
    if not page.paid or page.payment_intent is None:
        return clock.now(), None
    made = provider.find_payment(page.payment_intent)
    return made.paid_at or clock.now(), made


def _seen(session: Session, payment: Payment | None, page: Checkout) -> None:
    if payment is None or payment.status == domain.SUCCEEDED:
        return
    if page.status == "open":
        payment.tries = 0
        work.again(payment, domain.NEXT_LOOK)
    else:
        closed(session, payment)


def closed(session: Session, payment: Payment) -> None:
    """The page is over and was not paid: what it held is free again."""
    payment.session_url = None
    work.done(payment)
    _release(session, payment)


def _release(session: Session, payment: Payment) -> None:
    if payment.order_id is None:
        payment.status = domain.EXPIRED
    if payment.credit_cents:
        balances.settle(session, balances.locked(session, payment.market_id, payment.member_id))


def _mine(payment: Payment | None, member_id: UUID) -> Payment:
    if payment is None:
        raise domain.PaymentNotReady
    if payment.member_id != member_id:
        raise NotFound(what="order")
    domain.ensure_payable(payment.status, payment.expires_at, clock.now())
    return payment


def _prepare(session: Session, payment: Payment, language: str) -> bool:
    """Write down the request unless one is there; whether it is a new one."""
    if payment.session_id is not None and payment.session_url is None:
        raise domain.ReservationOver
    if payment.checkout is not None:
        return False
    _decide_amounts(session, payment)
    if payment.card_cents == 0:
        orders.capture(session, payment.id, None, amount=0, at=clock.now(), cause="credit")
        return False
    write_request(payment, f"{Config().public_url}/orders/{payment.order_id}", language)
    return True


def _decide_amounts(session: Session, payment: Payment) -> None:
    """A balance due is paid with the order, or a credit used for it: held from here on, so that no other page takes it."""
    account = balances.locked(session, payment.market_id, payment.member_id)
    amounts = domain.page_amounts(payment.amount_cents, balances.free(session, account))
    payment.credit_cents, payment.balance_cents = amounts.credit_cents, amounts.balance_cents


def write_request(payment: Payment, place: str, language: str) -> None:
    now = clock.now()
    payment.checkout_tries += 1
    payment.session_expires_at = domain.page_expiry(payment.expires_at, now).replace(microsecond=0)
    payment.checkout = {
        "success_url": f"{place}?payment=done",
        "cancel_url": f"{place}?payment=given_up",
        "locale": language,
        "key": f"checkout:{payment.id}:{payment.checkout_tries}",
    }
    work.again(payment, domain.LEASE)


def _request(payment: Payment) -> dict[str, Any]:
    return {
        **(payment.checkout or {}),
        "reference": str(payment.id),
        "sale_id": str(payment.sale_id or payment.market_id),
        "expires_at": payment.session_expires_at,
        "lines": _lines(payment),
    }


def _lines(payment: Payment) -> list[Line]:
    words = _WORDS["en" if (payment.checkout or {}).get("locale") == "en" else "fr"]
    lines = [Line(**line) for line in payment.lines]
    if payment.credit_cents or sum(line.amount_cents for line in lines) != payment.amount_cents or not lines:
        of_order = payment.amount_cents - payment.credit_cents
        lines = [Line(words["less_credit" if payment.credit_cents else "total"], of_order)] if of_order else []
    return lines + ([Line(words["balance"], payment.balance_cents)] if payment.balance_cents else [])


_WORDS = {
    "fr": {
        "total": "Total",
        "less_credit": "Commande, avoir déduit",
        "balance": "Complément à payer d’une distribution passée",
    },
    "en": {
        "total": "Total",
        "less_credit": "Order, less your credit",
        "balance": "Balance due of an earlier distribution",
    },
}


def _opened(payment: Payment, page: Checkout) -> None:
    if payment.session_id is not None or payment.status == domain.SUCCEEDED:
        return
    payment.session_id, payment.session_url = page.session_id, page.url
    payment.session_expires_at = page.expires_at
    payment.tries = 0
    work.again(payment, domain.FIRST_LOOK if payment.status == domain.AWAITING else timedelta(0))


def _forget_request(session: Session, payment: Payment | None, tries: int) -> None:
    if payment is not None and payment.session_id is None and payment.checkout_tries == tries:
        payment.checkout = None
        work.done(payment)
        _release(session, payment)
        payment.credit_cents = payment.balance_cents = 0


def _refusal(code: str) -> Refusal:
    return domain.AmountTooSmall() if code == "amount_too_small" else domain.CheckoutRefused(reason=code)
