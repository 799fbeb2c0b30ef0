"""Reads of markets, by noun: SELECT in, plain dict out."""

from services.markets.queries.catalogs import find_catalog, linked_catalogs
from services.markets.queries.markets import market, my_markets
from services.markets.queries.members import invitations, members
from services.markets.queries.planning import preview_cycle, sale_defaults
from services.markets.queries.sales import producer_sales, sale, sales
from services.markets.queries.search import search_markets

__all__ = [
    "find_catalog",
    "invitations",
    "linked_catalogs",
    "market",
    "members",
    "my_markets",
    "preview_cycle",
    "producer_sales",
    "sale",
    "sale_defaults",
    "sales",
    "search_markets",
]
