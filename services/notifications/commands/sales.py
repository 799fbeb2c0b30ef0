"""What is told of sales and their producers' part in them, of roles and payouts."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain, projections
from services.notifications.commands import duty, telling
from services.notifications.commands.telling import announce, some, tell, tell_producer
from services.notifications.models import PaymentAccount, Sale
from shared import clock
from shared.events import distributions, markets, orders, payments


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
        facts=some(event, "reason"),
    )
    duty.sale_cancelled(session, event)


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
    tell_producer(session, "sale_invitation", f"sale:{event.sale_id}:catalog:{event.catalog_id}", event)


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
        facts=some(event, "producer_id"),
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
            facts=some(event, "role"),
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
        facts=some(event, "days", "basket_count"),
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
            facts=some(event, "active"),
        )


def payout_sent(session: Db, event: payments.PayoutSent) -> None:
    facts = some(event, "amount_cents", "paid_on", "sales")
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
        facts=some(event, "amount_cents"),
    )


def payout_held(session: Db, event: payments.PayoutHeld) -> None:
    """Each Monday that passes without the payment account (SPEC F6)."""
    announce(
        session,
        "payout_held",
        f"producer:{event.producer_id}:{event.monday}",
        telling.PRODUCER,
        producer_id=event.producer_id,
        facts=some(event, "amount_cents", "monday"),
    )
