"""THE catalogue: which events exist, who tells them, who listens.

The emitter of an event is the module it stands in. A consumer handles it in a method named after it
(`OrderPlaced` → `on_order_placed`), which is a part of the queue's name: renaming an event orphans a queue.
"""

from shared.events import accounts, catalogs, distributions, markets, notifications, orders, payments
from shared.events.base import Event, Fact

SERVICES = ("accounts", "markets", "catalogs", "orders", "distributions", "payments", "notifications")

CONSUMERS: dict[type[Event], tuple[str, ...]] = {
    accounts.AccountRegistered: ("markets", "orders", "distributions", "payments", "notifications"),
    accounts.AccountChanged: ("markets", "orders", "distributions", "payments", "notifications"),
    accounts.AccountDeleted: ("markets", "orders", "distributions", "payments", "notifications"),
    accounts.EmailVerificationRequested: ("notifications",),
    accounts.PasswordResetRequested: ("notifications",),
    markets.MarketChanged: ("orders", "distributions", "payments", "notifications"),
    markets.MemberJoined: ("orders", "notifications"),
    markets.MemberLeft: ("orders", "notifications"),
    markets.MemberInvited: ("notifications",),
    markets.RoleGranted: ("orders", "distributions", "payments", "notifications"),
    markets.RoleRevoked: ("orders", "distributions", "payments", "notifications"),
    markets.SalePlanned: ("orders", "distributions", "notifications"),
    markets.SaleRescheduled: ("orders", "distributions", "notifications"),
    markets.SaleCancelled: ("orders", "distributions", "notifications"),
    markets.SaleOpened: ("orders", "notifications"),
    markets.SaleClosed: ("orders",),
    markets.SaleBlocked: ("notifications",),
    markets.CatalogLinked: ("notifications",),
    markets.CatalogUnlinked: ("notifications",),
    markets.ProducerInvitedToSale: ("notifications",),
    markets.ParticipationConfirmed: ("orders", "notifications"),
    markets.ParticipationWithdrawn: ("orders", "distributions", "notifications"),
    markets.ReferentAppointed: ("orders", "distributions", "payments", "notifications"),
    markets.DutyVacanciesCalled: ("notifications",),
    markets.DutyReminderDue: ("notifications",),
    catalogs.ProducerChanged: ("accounts", "markets", "orders", "distributions", "payments", "notifications"),
    catalogs.ProductChanged: ("orders",),
    catalogs.ProductWithdrawn: ("orders",),
    catalogs.CatalogChanged: ("markets", "orders"),
    catalogs.StockSet: ("orders",),
    orders.OrderPlaced: ("accounts", "payments"),
    orders.OrderConfirmed: ("accounts", "markets", "distributions", "payments", "notifications"),
    orders.OrderExpired: ("accounts", "payments", "notifications"),
    orders.OrderCancelled: ("accounts", "markets", "distributions", "payments", "notifications"),
    orders.OrderAmended: ("markets", "distributions", "payments", "notifications"),
    orders.AbsenceRecorded: ("distributions",),
    orders.LatePaymentRefused: ("payments", "notifications"),
    orders.SaleOrdersSettled: ("distributions", "notifications"),
    distributions.BasketAdjusted: (),
    distributions.RefundRequested: ("payments",),
    distributions.BasketValidated: ("payments", "notifications"),
    distributions.BasketNotCollected: ("notifications",),
    distributions.BasketCollected: ("notifications",),
    distributions.DistributionValidated: ("accounts", "markets", "catalogs", "orders", "payments", "notifications"),
    distributions.DistributionReopened: ("markets", "payments"),
    distributions.DistributionOverdue: ("notifications",),
    payments.PaymentSucceeded: ("orders",),
    payments.PaymentFailed: ("notifications",),
    payments.RefundSucceeded: ("distributions", "notifications"),
    payments.RefundFailed: ("distributions", "notifications"),
    payments.PaymentAccountChanged: ("notifications",),
    payments.PayoutScheduled: (),
    payments.PayoutSent: ("distributions", "notifications"),
    payments.PayoutFailed: ("notifications",),
    payments.MemberBalanceChanged: ("accounts", "notifications"),
    payments.PayoutHeld: ("notifications",),
    payments.DisputeOpened: ("notifications",),
    payments.DisputeClosed: ("notifications",),
    payments.LedgerMismatchFound: ("notifications",),
    payments.DisputeLossShared: ("notifications",),
    notifications.DeliveryBounced: ("markets",),
    notifications.Unsubscribed: (),
}

BY_NAME: dict[str, type[Event]] = {event.wire_name(): event for event in CONSUMERS}


def exchange_of(service: str) -> str:
    return f"{service}.events"


def queue_of(event: type[Event], consumer: str) -> str:
    """The queue's name, as nameko forms it."""
    return f"evt-{event.emitter()}-{event.wire_name()}--{consumer}.{event.handler_name()}"


__all__ = ["BY_NAME", "CONSUMERS", "SERVICES", "Event", "Fact", "exchange_of", "queue_of"]
