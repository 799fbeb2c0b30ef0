"""What members are told: links, orders, refunds, their settled baskets."""

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.commands import telling
from services.notifications.commands.telling import announce, some, tell_address, tell_member
from services.notifications.models import Account
from shared.events import accounts, distributions, markets, orders, payments


def verification_requested(session: Db, event: accounts.EmailVerificationRequested) -> None:
    _tell_link(session, "verification", event)


def password_reset_requested(session: Db, event: accounts.PasswordResetRequested) -> None:
    _tell_link(session, "password_reset", event)


def _tell_link(session: Db, kind: str, event: accounts.EmailVerificationRequested) -> None:
    tell_address(
        session,
        kind,
        f"link:{domain.fingerprint(event.token)}",
        event.email,
        event.language,
        account_id=event.account_id,
        facts=some(event, "first_name", "token", "expires_at"),
    )


def member_invited(session: Db, event: markets.MemberInvited) -> None:
    """An address that has an account gets a notice too; joining stays the person's own act (SPEC N6)."""
    occasion = f"invitation:{event.invitation_id}:{domain.fingerprint(event.token)}"
    facts = some(event, "first_name", "token", "has_account")
    tell_address(session, "invitation", occasion, event.email, event.language, market_id=event.market_id, facts=facts)
    person = session.scalar(select(Account.id).where(Account.email == event.email, Account.deleted.is_(False)))
    if person is not None:
        telling.notice(session, "invitation", occasion, person, market_id=event.market_id, facts=facts)


def order_confirmed(session: Db, event: orders.OrderConfirmed) -> None:
    tell_member(
        session,
        "order_confirmed",
        f"order:{event.order_id}",
        event,
        "order_id",
        "basket_number",
        "lines",
        "total_cents",
    )


def order_expired(session: Db, event: orders.OrderExpired) -> None:
    """Who gave the order up knows it already."""
    if event.reason != "member":
        tell_member(session, "order_expired", f"order:{event.order_id}", event, "order_id", "total_cents", "reason")


def order_cancelled(session: Db, event: orders.OrderCancelled) -> None:
    tell_member(session, "order_cancelled", f"order:{event.order_id}", event, "order_id", "total_cents", "reason")


def late_payment_refused(session: Db, event: orders.LatePaymentRefused) -> None:
    tell_member(session, "late_payment_refused", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def payment_failed(session: Db, event: payments.PaymentFailed) -> None:
    tell_member(session, "payment_failed", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def refund_succeeded(session: Db, event: payments.RefundSucceeded) -> None:
    tell_member(session, "refund", f"refund:{event.refund_id}", event, "amount_cents", "reason")


def refund_failed(session: Db, event: payments.RefundFailed) -> None:
    announce(
        session,
        "refund_failed",
        f"refund:{event.refund_id}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=some(event, "amount_cents", "member_id", "error"),
    )


def basket_validated(session: Db, event: distributions.BasketValidated) -> None:
    """A basket that was delivered as ordered needs no mail."""
    if event.changes:
        tell_member(
            session,
            "basket_settled",
            f"basket:{event.basket_id}:{event.version}",
            event,
            "basket_number",
            "changes",
            "ordered_cents",
            "due_cents",
            "refunded_cents",
        )
