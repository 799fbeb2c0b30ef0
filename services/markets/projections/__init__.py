"""What other services tell and this one keeps or acts on, by noun. A late, older version changes nothing."""

from services.markets.projections.catalogs import catalog_changed, producer_changed
from services.markets.projections.distributions import distribution_reopened, distribution_validated
from services.markets.projections.orders import order_amended, order_cancelled, order_confirmed
from services.markets.projections.people import account_deleted, account_told, delivery_bounced

__all__ = [
    "account_deleted",
    "account_told",
    "catalog_changed",
    "delivery_bounced",
    "distribution_reopened",
    "distribution_validated",
    "order_amended",
    "order_cancelled",
    "order_confirmed",
    "producer_changed",
]
