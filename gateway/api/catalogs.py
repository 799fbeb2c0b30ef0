"""Farms, products, stock and catalogues.

What nests other things (a catalogue its products) has the version of the outer one as ETag: good for If-Match, but
no proof that nothing inside changed, so these reads are never answered "not modified".
"""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.catalogs import schemas

blp = Blueprint("catalogs", __name__, description="Producers, their products and stock, and their catalogues")
Args = dict[str, Any]


@blp.route("/producers", methods=["POST"])
@blp.arguments(schemas.ProducerBody)
@blp.response(201, schemas.Producer)
def open_producer(args: Args) -> Response:
    return command("catalogs.open_producer", args, status=201)


@blp.route("/producers/<uuid:producer_id>")
@blp.response(200, schemas.Producer)
def producer(producer_id: UUID) -> Response:
    """Public showcase with the farm's catalogues."""
    return reply(ask("catalogs.producer", {"producer_id": producer_id}))


@blp.route("/producers/<uuid:producer_id>", methods=["PATCH"])
@blp.arguments(schemas.ChangeProducerBody)
@blp.response(200, schemas.Producer)
def change_producer(args: Args, producer_id: UUID) -> Response:
    return command("catalogs.change_producer", args | {"producer_id": producer_id}, if_match=True)


@blp.route("/producers")
@blp.arguments(schemas.DirectoryQuery, location="query")
@blp.response(200, schemas.Directory)
def producers(args: Args) -> Response:
    """« Découvrir les producteurs du réseau »: nearest first, for whoever has an account."""
    return query("catalogs.producers", args)


@blp.route("/markets/<uuid:market_id>/producer-suggestions")
@blp.arguments(schemas.DirectoryPage, location="query")
@blp.response(200, schemas.Directory)
def suggest_producers(args: Args, market_id: UUID) -> Response:
    """Farms near the market's place that have no catalogue linked to it."""
    market = ask("markets.market", {"market_id": market_id})
    place, known = market["place"], [producer["producer_id"] for producer in market["producers"]]
    where = {name: place[name] for name in ("latitude", "longitude")}
    if where["latitude"] is None:
        where = {"near": f"{place['postcode']} {place['commune']}"}
    return query("catalogs.producers", args | where | {"but": known[: schemas.MOST_LEFT_OUT]})


@blp.route("/my/producers")
@blp.response(200, schemas.ProducerList)
def my_producers() -> Response:
    return query("catalogs.my_producers")


@blp.route("/producers/<uuid:producer_id>/products", methods=["POST"])
@blp.arguments(schemas.AddProductBody)
@blp.response(201, schemas.Product)
def add_product(args: Args, producer_id: UUID) -> Response:
    return command("catalogs.add_product", args | {"producer_id": producer_id}, status=201)


@blp.route("/producers/<uuid:producer_id>/products")
@blp.arguments(schemas.ProductsQuery, location="query")
@blp.response(200, schemas.ProductPage)
def products(args: Args, producer_id: UUID) -> Response:
    """The farm's own products, with stock; only for those who act for it."""
    return query("catalogs.products", args | {"producer_id": producer_id})


@blp.route("/products/<uuid:product_id>")
@blp.response(200, schemas.Product)
def product(product_id: UUID) -> Response:
    """Public: ingredients, allergens, storage, origin. The farm sees the stock too."""
    return reply(ask("catalogs.product", {"product_id": product_id}))


@blp.route("/products/<uuid:product_id>", methods=["PATCH"])
@blp.arguments(schemas.ChangeProductBody)
@blp.response(200, schemas.Product)
def change_product(args: Args, product_id: UUID) -> Response:
    return command("catalogs.change_product", args | {"product_id": product_id}, if_match=True)


@blp.route("/products/<uuid:product_id>/withdrawal", methods=["POST"])
@blp.response(200, schemas.Product)
def withdraw_product(product_id: UUID) -> Response:
    """Sold no longer, anywhere. Orders that hold it stay as they are."""
    return command("catalogs.withdraw_product", {"product_id": product_id})


@blp.route("/products/<uuid:product_id>/withdrawal", methods=["DELETE"])
@blp.response(200, schemas.Product)
def restore_product(product_id: UUID) -> Response:
    """On sale again, in every catalogue that lists it."""
    return command("catalogs.restore_product", {"product_id": product_id})


@blp.route("/products/<uuid:product_id>/stock", methods=["PUT"])
@blp.arguments(schemas.SetStockBody)
@blp.response(200, schemas.Stock)
def set_stock(args: Args, product_id: UUID) -> Response:
    """What is on hand now (null: unlimited), with what is ordered but not yet delivered. If-Match: the version of `stock`."""
    return command("catalogs.set_stock", args | {"product_id": product_id}, if_match=True)


@blp.route("/producers/<uuid:producer_id>/catalogs", methods=["POST"])
@blp.arguments(schemas.CatalogBody)
@blp.response(201, schemas.Catalog)
def create_catalog(args: Args, producer_id: UUID) -> Response:
    return command("catalogs.create_catalog", args | {"producer_id": producer_id}, status=201)


@blp.route("/producers/<uuid:producer_id>/catalogs")
@blp.response(200, schemas.CatalogList)
def catalogs_of(producer_id: UUID) -> Response:
    """The catalogues of one's own farm."""
    return query("catalogs.my_catalogs", {"producer_id": producer_id})


@blp.route("/my/catalogs")
@blp.response(200, schemas.CatalogList)
def my_catalogs() -> Response:
    return query("catalogs.my_catalogs")


@blp.route("/catalogs/<uuid:catalog_id>")
@blp.response(200, schemas.Catalog)
def catalog(catalog_id: UUID) -> Response:
    """Public: products on sale with prices and prices per kg or l. The farm sees withdrawn ones and stock too."""
    return reply(ask("catalogs.catalog", {"catalog_id": catalog_id}))


@blp.route("/catalogs/by-number/<int:number>")
@blp.response(200, schemas.Catalog)
def catalog_by_number(number: int) -> Response:
    return reply(ask("catalogs.catalog", {"number": number}))


@blp.route("/catalogs/<uuid:catalog_id>", methods=["PATCH"])
@blp.arguments(schemas.ChangeCatalogBody)
@blp.response(200, schemas.Catalog)
def change_catalog(args: Args, catalog_id: UUID) -> Response:
    return command("catalogs.change_catalog", args | {"catalog_id": catalog_id}, if_match=True)


@blp.route("/catalogs/<uuid:catalog_id>/items", methods=["PUT"])
@blp.arguments(schemas.ItemsBody)
@blp.response(200, schemas.Catalog)
def replace_items(args: Args, catalog_id: UUID) -> Response:
    return command("catalogs.change_catalog", args | {"catalog_id": catalog_id}, if_match=True)


@blp.route("/taxonomy")
@blp.response(200, schemas.Taxonomy)
def taxonomy() -> Response:
    """Categories with their usual VAT rate, units, allergens, labels; names in French and English."""
    return query("catalogs.taxonomy")
