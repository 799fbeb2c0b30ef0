"""Reads: SELECT in, plain dict out. The number of statements never grows with the number of baskets."""

from services.distributions.queries.baskets import basket, baskets, settled_basket, trail
from services.distributions.queries.declarations import declarations
from services.distributions.queries.distribution import distribution, settled_distribution
from services.distributions.queries.sheet import sign_off_csv, sign_off_sheet

__all__ = [
    "basket",
    "baskets",
    "declarations",
    "distribution",
    "settled_basket",
    "settled_distribution",
    "sign_off_csv",
    "sign_off_sheet",
    "trail",
]
