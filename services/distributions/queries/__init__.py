"""Reads: SELECT in, plain dict out. The number of statements never grows with the number of baskets."""

from services.distributions.queries.baskets import basket, baskets, settled_basket, trail
from services.distributions.queries.declarations import declarations
from services.distributions.queries.distribution import distribution, settled_distribution, turnovers
from services.distributions.queries.labels import lot_labels
from services.distributions.queries.sheet import sign_off_sheet, sign_off_table

__all__ = [
    "basket",
    "baskets",
    "declarations",
    "distribution",
    "lot_labels",
    "settled_basket",
    "settled_distribution",
    "sign_off_sheet",
    "sign_off_table",
    "trail",
    "turnovers",
]
