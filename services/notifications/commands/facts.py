"""Which fact is told to whom. Each function is the answer to one event."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain, projections
from services.notifications.commands import telling
from services.notifications.commands.telling import announce, tell, tell_address
from services.notifications.models import Account, PaymentAccount, Sale
from shared import clock
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
        facts=_some(event, "first_name", "token", "expires_at"),
    )


def member_invited(session: Db, event: markets.MemberInvited) -> None:
    """An address that has an account gets a notice too; joining stays the person's own act (SPEC N6)."""
    occasion = f"invitation:{event.invitation_id}:{domain.fingerprint(event.token)}"
    facts = _some(event, "first_name", "token", "has_account")
    tell_address(session, "invitation", occasion, event.email, event.language, market_id=event.market_id, facts=facts)
    person = session.scalar(select(Account.id).where(Account.email == event.email, Account.deleted.is_(False)))
    if person is not None:
        telling.notice(session, "invitation", occasion, person, market_id=event.market_id, facts=facts)


def order_confirmed(session: Db, event: orders.OrderConfirmed) -> None:
    _tell_member(
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
        _tell_member(session, "order_expired", f"order:{event.order_id}", event, "order_id", "total_cents", "reason")


def order_cancelled(session: Db, event: orders.OrderCancelled) -> None:
    _tell_member(session, "order_cancelled", f"order:{event.order_id}", event, "order_id", "total_cents", "reason")


def late_payment_refused(session: Db, event: orders.LatePaymentRefused) -> None:
    _tell_member(session, "late_payment_refused", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def payment_failed(session: Db, event: payments.PaymentFailed) -> None:
    _tell_member(session, "payment_failed", f"payment:{event.payment_id}", event, "order_id", "amount_cents")


def refund_succeeded(session: Db, event: payments.RefundSucceeded) -> None:
    _tell_member(session, "refund", f"refund:{event.refund_id}", event, "amount_cents", "reason")


def refund_failed(session: Db, event: payments.RefundFailed) -> None:
    announce(
        session,
        "refund_failed",
        f"refund:{event.refund_id}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=_some(event, "amount_cents", "member_id", "error"),
    )


def basket_validated(session: Db, event: distributions.BasketValidated) -> None:
    """A basket that was delivered as ordered needs no mail."""
    if event.changes:
        _tell_member(
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


def sale_opened(session: Db, event: markets.SaleOpened) -> None:
    announce(
        session,
        "sale_opened",
        f"sale:{event.sale_id}",
        telling.MEMBERS,
        market_id=event.market_id,
        sale_id=event.sale_id,
    )


def sale_rescheduled(session: Db, event: markets.SaleRescheduled) -> None:
    """Those who ordered and those who deliver are told (SPEC S5), if there is something that concerns them."""
    before = session.get(Sale, event.sale_id)
    known = before is not None and before.version > 0
    concerned = (
        before is not None and known and _pickup_of(before) != (event.starts_at, event.ends_at, event.place.dump())
    )
    if projections.sale_planned(session, event) and concerned and event.ends_at > clock.now():
        occasion = f"sale:{event.sale_id}:{event.version}"
        about: dict[str, Any] = {"market_id": event.market_id, "sale_id": event.sale_id}
        announce(session, "sale_rescheduled", occasion, telling.CUSTOMERS, **about)
        announce(session, "sale_rescheduled", occasion, telling.PARTICIPANTS, **about, facts={"as_producer": True})


def _pickup_of(sale: Sale) -> tuple[Any, Any, Any]:
    return sale.starts_at, sale.ends_at, sale.place


def sale_cancelled(session: Db, event: markets.SaleCancelled) -> None:
    """Customers are told by the cancellation of their orders."""
    announce(
        session,
        "sale_cancelled",
        f"sale:{event.sale_id}",
        telling.PARTICIPANTS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=_some(event, "reason"),
    )


def sale_blocked(session: Db, event: markets.SaleBlocked) -> None:
    announce(
        session,
        "sale_blocked",
        f"sale:{event.sale_id}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts={"sale_ids": [str(sale_id) for sale_id in event.unvalidated]},
    )


def producer_invited(session: Db, event: markets.ProducerInvitedToSale) -> None:
    _tell_producer(session, "sale_invitation", f"sale:{event.sale_id}:catalog:{event.catalog_id}", event)


def participation_confirmed(session: Db, event: markets.ParticipationConfirmed) -> None:
    if projections.participation(session, event, confirmed=True):
        _tell_administrators(session, "participation_confirmed", event)


def participation_withdrawn(session: Db, event: markets.ParticipationWithdrawn) -> None:
    if projections.participation(session, event, confirmed=False):
        kind = "producer_not_delivering" if event.not_delivering else "participation_withdrawn"
        _tell_administrators(session, kind, event)


def _tell_administrators(session: Db, kind: str, event: markets.ParticipationConfirmed) -> None:
    announce(
        session,
        kind,
        f"sale:{event.sale_id}:catalog:{event.catalog_id}:{event.version}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=_some(event, "producer_id"),
    )


def catalog_linked(session: Db, event: markets.CatalogLinked) -> None:
    _tell_link_of_catalog(session, "catalog_linked", event, linked=True)


def catalog_unlinked(session: Db, event: markets.CatalogUnlinked) -> None:
    _tell_link_of_catalog(session, "catalog_unlinked", event, linked=False)


def _tell_link_of_catalog(session: Db, kind: str, event: markets.CatalogLinked, *, linked: bool) -> None:
    if projections.catalog_linked(session, event, linked=linked):
        announce(
            session,
            kind,
            f"catalog:{event.catalog_id}:{event.market_id}:{event.version}",
            telling.PRODUCER,
            market_id=event.market_id,
            producer_id=event.producer_id,
        )


def role_granted(session: Db, event: markets.RoleGranted) -> None:
    if projections.role_changed(session, event, granted=True):
        tell(
            session,
            "role_granted",
            f"role:{event.market_id}:{event.role}:{event.version}",
            event.account_id,
            market_id=event.market_id,
            facts=_some(event, "role"),
        )


def referent_appointed(session: Db, event: markets.ReferentAppointed) -> None:
    if projections.referent_appointed(session, event):
        tell(
            session,
            "referent_appointed",
            f"sale:{event.sale_id}:{event.version}",
            event.account_id,
            market_id=event.market_id,
            sale_id=event.sale_id,
        )


def sale_orders_settled(session: Db, event: orders.SaleOrdersSettled) -> None:
    """Each producer's own sheet. Told again in a later round only to those whose sheet has changed."""
    for sheet in event.producers:
        facts = sheet.dump()
        version = domain.fingerprint(repr(sorted((line.product_id, line.quantity) for line in sheet.lines)))
        announce(
            session,
            "order_sheet",
            f"sale:{event.sale_id}:{sheet.producer_id}:{version}",
            telling.PRODUCER,
            market_id=event.market_id,
            sale_id=event.sale_id,
            producer_id=sheet.producer_id,
            facts=facts | {"round": event.round},
        )


def distribution_overdue(session: Db, event: distributions.DistributionOverdue) -> None:
    announce(
        session,
        "distribution_to_validate",
        f"sale:{event.sale_id}:day:{event.days}",
        telling.VALIDATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=_some(event, "days", "basket_count"),
    )


def distribution_validated(session: Db, event: distributions.DistributionValidated) -> None:
    """Producers who cannot be paid yet are reminded to open their payment account (SPEC F6)."""
    earners = [producer.producer_id for producer in event.producers if producer.gross_cents > 0]
    ready = select(PaymentAccount.producer_id).where(PaymentAccount.producer_id.in_(earners), PaymentAccount.active)
    for producer_id in domain.without(earners, set(session.scalars(ready))):
        announce(
            session,
            "payment_account_missing",
            f"sale:{event.sale_id}:{producer_id}",
            telling.PRODUCER,
            market_id=event.market_id,
            sale_id=event.sale_id,
            producer_id=producer_id,
        )


def payment_account_changed(session: Db, event: payments.PaymentAccountChanged) -> None:
    if projections.payment_account_changed(session, event):
        announce(
            session,
            "payment_account",
            f"producer:{event.producer_id}:{event.version}",
            telling.PRODUCER,
            producer_id=event.producer_id,
            facts=_some(event, "active"),
        )


def payout_sent(session: Db, event: payments.PayoutSent) -> None:
    facts = _some(event, "amount_cents", "paid_on", "sales")
    facts["sale_ids"] = [sale["sale_id"] for sale in facts["sales"]]
    announce(
        session,
        "payout_sent",
        f"payout:{event.payout_id}",
        telling.PRODUCER,
        producer_id=event.producer_id,
        facts=facts,
    )


def payout_failed(session: Db, event: payments.PayoutFailed) -> None:
    announce(
        session,
        "payout_failed",
        f"payout:{event.payout_id}",
        telling.PRODUCER,
        producer_id=event.producer_id,
        facts=_some(event, "amount_cents"),
    )


def _tell_member(session: Db, kind: str, occasion: str, event: Any, *names: str) -> None:
    tell(
        session,
        kind,
        occasion,
        event.member_id,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=_some(event, *names),
    )


def _tell_producer(session: Db, kind: str, occasion: str, event: markets.ProducerInvitedToSale) -> None:
    announce(
        session,
        kind,
        occasion,
        telling.PRODUCER,
        market_id=event.market_id,
        sale_id=event.sale_id,
        producer_id=event.producer_id,
    )


def _some(event: Any, *names: str) -> dict[str, Any]:
    """These fields of an event as JSON values."""
    wire = event.dump()
    return {name: wire[name] for name in names}
