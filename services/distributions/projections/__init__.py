"""What others told: one function per event, kept so that order and repetition of events do not matter."""

from services.distributions.projections.absences import absence_recorded, participation_withdrawn
from services.distributions.projections.amendments import order_amended
from services.distributions.projections.orders import (
    order_cancelled,
    order_confirmed,
    sale_orders_settled,
)
from services.distributions.projections.payments import payout_sent, refund_failed, refund_succeeded
from services.distributions.projections.people import (
    account_changed,
    account_deleted,
    market_changed,
    producer_changed,
    referent_appointed,
    role_changed,
)
from services.distributions.projections.sales import sale_cancelled, sale_planned

__all__ = [
    "absence_recorded",
    "account_changed",
    "account_deleted",
    "market_changed",
    "order_amended",
    "order_cancelled",
    "order_confirmed",
    "participation_withdrawn",
    "payout_sent",
    "producer_changed",
    "referent_appointed",
    "refund_failed",
    "refund_succeeded",
    "role_changed",
    "sale_cancelled",
    "sale_orders_settled",
    "sale_planned",
]
