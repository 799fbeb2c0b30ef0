"""What members are told: links, orders, refunds, their settled baskets."""

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.commands import telling
from services.notifications.commands.telling import announce, some, tell, tell_address, tell_member
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
    """What belongs to a change of the basket is told with the whole of it."""
    if event.amendment is not None:
        return
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
        tell_member(
            session, "order_expired", f"order:{event.order_id}", event, "order_id", "total_cents", "reason", "top_up"
        )


def order_changed(session: Db, event: orders.OrderAmended) -> None:
    names = ("basket_number", "lines", "total_cents", "refund_cents", "paid_cents")
    tell_member(session, "order_changed", f"basket:{event.basket_id}:{event.amendment}", event, *names)


def order_cancelled(session: Db, event: orders.OrderCancelled) -> None:
    """What its member cancelled is one matter, however many orders the basket was made of; what of a cancelled sale comes
    back is read once too (SPEC S5).
    """
    if event.reason == domain.SALE_CANCELLED:
        tell_member(session, "sale_refunded", f"sale:{event.sale_id}", event)
        return
    facts = some(event, "order_id", "total_cents")
    occasion = f"order:{event.order_id}"
    if event.amendment is not None:
        occasion, facts["total_cents"] = f"basket:{event.basket_id}:{event.amendment}", event.basket_cents
    about = {"market_id": event.market_id, "sale_id": event.sale_id}
    tell(session, "order_cancelled", occasion, event.member_id, **about, facts=facts)


def late_payment_refused(session: Db, event: orders.LatePaymentRefused) -> None:
    tell_member(session, "late_payment_refused", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def payment_failed(session: Db, event: payments.PaymentFailed) -> None:
    tell_member(session, "payment_failed", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def refund_succeeded(session: Db, event: payments.RefundSucceeded) -> None:
    """Of a cancelled sale the mail has been written already; of nothing there is nothing to write."""
    if event.amount_cents == 0:
        return
    occasion = f"refund:{event.refund_id}"
    if event.reason != domain.SALE_CANCELLED:
        tell_member(session, "refund", occasion, event, "amount_cents", "credited_cents", "reason")
        return
    facts = some(event, "amount_cents", "credited_cents", "reason")
    where = {"market_id": event.market_id, "sale_id": event.sale_id}
    telling.notice(session, "refund", occasion, event.member_id, facts=facts, **where)


def refund_failed(session: Db, event: payments.RefundFailed) -> None:
    announce(
        session,
        "refund_failed",
        f"refund:{event.refund_id}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=some(event, "amount_cents", "credited_cents", "member_id", "error"),
    )


def member_balance_changed(session: Db, event: payments.MemberBalanceChanged) -> None:
    """A balance due after a validation, and a refund that became a credit; of the rest the page tells."""
    occasion = f"balance:{event.market_id}:{event.version}"
    if event.reason == "balance_due" and event.change_cents < 0 and event.balance_cents < 0:
        tell_member(
            session, "balance_due", occasion, event, "market_id", "change_cents", "balance_cents", "basket_number"
        )
    if event.reason == "credit":
        tell_member(session, "credit", occasion, event, "market_id", "change_cents", "balance_cents")


def basket_validated(session: Db, event: distributions.BasketValidated) -> None:
    """A basket that was delivered as ordered needs no mail. What a change before closing gave back has had its own."""
    if not event.changes:
        return
    facts = some(event, "basket_number", "changes", "ordered_cents", "due_cents")
    facts["refunded_cents"] = max(0, event.ordered_cents + event.owed_cents - event.due_cents)
    about = {"market_id": event.market_id, "sale_id": event.sale_id}
    occasion = f"basket:{event.basket_id}:{event.version}"
    tell(session, "basket_settled", occasion, event.member_id, **about, facts=facts)


def basket_not_collected(session: Db, event: distributions.BasketNotCollected) -> None:
    """Not at once: it may have been noted on the wrong basket."""
    occasion = _missed(event)
    if not telling.was_taken_back(session, "basket_not_collected", occasion):
        tell_member(session, "basket_not_collected", occasion, event, "basket_number")


def basket_collected(session: Db, event: distributions.BasketCollected) -> None:
    """Whichever of the two arrives first, nothing is sent."""
    tell_member(session, "basket_not_collected", _missed(event), event, "basket_number")
    telling.take_back(session, "basket_not_collected", _missed(event))


def _missed(event: distributions.BasketNotCollected | distributions.BasketCollected) -> str:
    return f"basket:{event.basket_id}:{event.noted_at.isoformat()}"
