"""Markets: the public home, their search, their settings, and the catalogues that serve them.

A home nests what changes without it (planning, producers): its ETag is good for If-Match, not for "not modified".
"""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.markets import schemas

blp = Blueprint(
    "markets", __name__, description="Markets, their place and settings, and the catalogues that serve them"
)
Args = dict[str, Any]


@blp.route("/markets", methods=["POST"])
@blp.arguments(schemas.CreateMarket)
@blp.response(201, schemas.Market)
def create_market(args: Args) -> Response:
    """Whoever opens a market becomes its first administrator. What is left out is preset by kind and place."""
    return command("markets.create_market", args, status=201)


@blp.route("/markets")
@blp.arguments(schemas.SearchMarkets, location="query")
@blp.response(200, schemas.FoundMarkets)
def search_markets(args: Args) -> Response:
    """Nearest first, from a commune, a postcode or a point."""
    return query("markets.search_markets", args)


@blp.route("/markets/map")
@blp.response(200, schemas.MarketMap)
def market_map() -> Response:
    """A point per market."""
    return query("markets.market_map")


@blp.route("/markets/<uuid:market_id>")
@blp.response(200, schemas.MarketHome)
def market(market_id: UUID) -> Response:
    """The public home; with the settings for administrators."""
    return reply(ask("markets.market", {"market_id": market_id}))


@blp.route("/markets/by-number/<int:number>")
@blp.response(200, schemas.MarketHome)
def market_by_number(number: int) -> Response:
    """The same by the number of the market's link."""
    return reply(ask("markets.market", {"number": number}))


@blp.route("/markets/<uuid:market_id>", methods=["PATCH"])
@blp.arguments(schemas.ChangeMarketBody)
@blp.response(200, schemas.Market)
def change_market(args: Args, market_id: UUID) -> Response:
    return command("markets.change_market", args | {"market_id": market_id}, if_match=True)


@blp.route("/my/markets")
@blp.response(200, schemas.MyMarkets)
def my_markets() -> Response:
    return query("markets.my_markets")


@blp.route("/markets/<uuid:market_id>/catalogs/by-number/<int:number>")
@blp.response(200, schemas.FoundCatalog)
def find_catalog(market_id: UUID, number: int) -> Response:
    """« Chercher »: what a number stands for, and whether it serves this market already."""
    return query("markets.find_catalog", {"market_id": market_id, "number": number})


@blp.route("/markets/<uuid:market_id>/catalogs")
@blp.arguments(schemas.LinkedCatalogsQuery, location="query")
@blp.response(200, schemas.LinkedCatalogs)
def linked_catalogs(args: Args, market_id: UUID) -> Response:
    return query("markets.linked_catalogs", args | {"market_id": market_id})


@blp.route("/my/links")
@blp.response(200, schemas.MyLinks)
def my_links() -> Response:
    """The markets that the caller's catalogues serve."""
    return query("markets.my_links")


@blp.route("/markets/<uuid:market_id>/catalogs", methods=["POST"])
@blp.arguments(schemas.LinkCatalogBody)
@blp.response(200, schemas.Link)
def link_catalog(args: Args, market_id: UUID) -> Response:
    """By its id or its number. Linking what is linked changes nothing."""
    return command("markets.link_catalog", args | {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/catalogs/<uuid:catalog_id>", methods=["DELETE"])
@blp.response(200, schemas.Link)
def unlink_catalog(market_id: UUID, catalog_id: UUID) -> Response:
    """Refused while people wait for what they ordered from it; leaves the other coming sales."""
    return command("markets.unlink_catalog", {"market_id": market_id, "catalog_id": catalog_id})
