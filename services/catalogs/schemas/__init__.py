"""Shapes of what catalogs is asked and answers. `…Body` is what a person sends; ids of the path are added."""

from services.catalogs.schemas.base import Nothing
from services.catalogs.schemas.catalogs import (
    AskCatalog,
    Catalog,
    CatalogBody,
    CatalogId,
    CatalogList,
    ChangeCatalog,
    ChangeCatalogBody,
    CreateCatalog,
    Export,
    ItemsBody,
    MyCatalogs,
)
from services.catalogs.schemas.producers import (
    ChangeProducer,
    ChangeProducerBody,
    Producer,
    ProducerBody,
    ProducerId,
    ProducerList,
)
from services.catalogs.schemas.products import (
    AddProduct,
    AddProductBody,
    ChangeProduct,
    ChangeProductBody,
    Product,
    ProductId,
    ProductPage,
    Products,
    ProductsQuery,
    SetStock,
    SetStockBody,
    Stock,
)
from services.catalogs.schemas.taxonomy import Taxonomy

__all__ = [
    "AddProduct", "AddProductBody", "AskCatalog", "Catalog", "CatalogBody", "CatalogId", "CatalogList",
    "ChangeCatalog", "ChangeCatalogBody", "ChangeProducer", "ChangeProducerBody", "ChangeProduct",
    "ChangeProductBody", "CreateCatalog", "Export", "ItemsBody", "MyCatalogs", "Nothing", "Producer", "ProducerBody",
    "ProducerId", "ProducerList", "Product", "ProductId", "ProductPage", "Products", "ProductsQuery", "SetStock",
    "SetStockBody", "Stock", "Taxonomy",
]
