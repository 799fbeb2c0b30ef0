"""Reads of catalogs."""

from services.catalogs.queries.catalogs import (
    catalog,
    categories,
    my_catalogs,
    my_producers,
    photo,
    producer,
    product,
    products,
    stock,
)
from services.catalogs.queries.directory import producers
from services.catalogs.queries.sheets import export_catalog, preview_import

__all__ = [
    "catalog",
    "categories",
    "export_catalog",
    "my_catalogs",
    "my_producers",
    "photo",
    "preview_import",
    "producer",
    "producers",
    "product",
    "products",
    "stock",
]
