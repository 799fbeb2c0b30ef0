"""What people do with their farms, products and catalogues."""

from services.catalogs.commands.catalogs import change_catalog, create_catalog
from services.catalogs.commands.photos import (
    add_farm_photo,
    forget_removed_photos,
    remove_photo,
    restore_photo,
    set_product_photo,
)
from services.catalogs.commands.producers import change_producer, open_producer
from services.catalogs.commands.products import (
    add_product,
    change_product,
    restore_product,
    set_stock,
    withdraw_product,
)
from services.catalogs.commands.sheets import apply_import

__all__ = [
    "add_farm_photo",
    "add_product",
    "apply_import",
    "change_catalog",
    "change_producer",
    "change_product",
    "create_catalog",
    "forget_removed_photos",
    "open_producer",
    "remove_photo",
    "restore_photo",
    "restore_product",
    "set_product_photo",
    "set_stock",
    "withdraw_product",
]
