"""Reads of markets, by noun: SELECT in, plain dict out."""

from services.markets.queries.catalogs import find_catalog, linked_catalogs, my_links
from services.markets.queries.duty import duty_shifts, my_duty
from services.markets.queries.markets import logo, market, my_markets
from services.markets.queries.members import export_members, invitations, members
from services.markets.queries.planning import preview_cycle, sale_defaults
from services.markets.queries.sales import producer_sales, sale, sales
from services.markets.queries.search import market_map, search_markets

__all__ = [
    "duty_shifts",
    "export_members",
    "find_catalog",
    "invitations",
    "linked_catalogs",
    "logo",
    "market",
    "market_map",
    "members",
    "my_duty",
    "my_links",
    "my_markets",
    "preview_cycle",
    "producer_sales",
    "sale",
    "sale_defaults",
    "sales",
    "search_markets",
]
