"""catalogs: farms, their products and stock, and the catalogues in which they sell."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.catalogs import commands, projections, queries, schemas
from shared import events
from shared.actor import Actor
from shared.db import Database
from shared.messaging.entrypoints import command, due, on, outside, query
from shared.messaging.service import Service
from shared.tables import Table

Args = dict[str, Any]


class CatalogsService(Service):
    name = "catalogs"

    @command(schemas.ProducerBody, schemas.Producer)
    def open_producer(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.producer(session, actor, commands.open_producer(session, actor, **args).id)

    @command(schemas.ChangeProducer, schemas.Producer)
    def change_producer(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.producer(session, actor, commands.change_producer(session, actor, **args).id)

    @query(schemas.ProducerId, schemas.Producer)
    def producer(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.producer(session, actor, **args)

    @query(schemas.SearchProducers, schemas.Directory)
    def producers(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.producers(session, actor, **args)

    @query(schemas.Nothing, schemas.ProducerList)
    def my_producers(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_producers(session, actor)

    @command(schemas.AddProduct, schemas.Product)
    def add_product(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.product(session, actor, commands.add_product(session, actor, **args).id)

    @command(schemas.ChangeProduct, schemas.Product)
    def change_product(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.product(session, actor, commands.change_product(session, actor, **args).id)

    @command(schemas.ProductId, schemas.Product)
    def withdraw_product(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.product(session, actor, commands.withdraw_product(session, actor, **args).id)

    @command(schemas.ProductId, schemas.Product)
    def restore_product(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.product(session, actor, commands.restore_product(session, actor, **args).id)

    @query(schemas.ProductId, schemas.Product)
    def product(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.product(session, actor, **args)

    @query(schemas.Products, schemas.ProductPage)
    def products(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.products(session, actor, **args)

    @command(schemas.SetStock, schemas.Stock)
    def set_stock(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.stock(commands.set_stock(session, actor, **args))

    @outside(schemas.PhotoOfProduct, schemas.PhotoKept)
    def set_product_photo(self, db: Database, actor: Actor, args: Args) -> Args:
        return {"photo_id": commands.set_product_photo(db, actor, **args)}

    @outside(schemas.PhotoOfFarm, schemas.PhotoKept)
    def add_farm_photo(self, db: Database, actor: Actor, args: Args) -> Args:
        return {"photo_id": commands.add_farm_photo(db, actor, **args)}

    @command(schemas.PhotoId, schemas.PhotoGone)
    def remove_photo(self, session: Session, actor: Actor, args: Args) -> Args:
        return args | {"gone": True, "place": commands.remove_photo(session, actor, **args)}

    @command(schemas.PhotoBack, schemas.PhotoKept)
    def restore_photo(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.restore_photo(session, actor, **args)
        return args

    @due(every=timedelta(minutes=10))
    def forget_removed_photos(self, session: Session) -> bool:
        return commands.forget_removed_photos(session)

    @query(schemas.PhotoWanted, schemas.Photo)
    def photo(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.photo(session, **args)

    @command(schemas.CreateCatalog, schemas.Catalog)
    def create_catalog(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.catalog(session, actor, commands.create_catalog(session, actor, **args).id)

    @command(schemas.ChangeCatalog, schemas.Catalog)
    def change_catalog(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.catalog(session, actor, commands.change_catalog(session, actor, **args).id)

    @query(schemas.AskCatalog, schemas.Catalog)
    def catalog(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.catalog(session, actor, **args)

    @query(schemas.MyCatalogs, schemas.CatalogList)
    def my_catalogs(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_catalogs(session, actor, **args)

    @query(schemas.CatalogId, Table)
    def export_catalog(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.export_catalog(session, actor, **args)

    @query(schemas.PreviewImport, schemas.ImportPreview)
    def preview_import(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.preview_import(session, actor, **args)

    @command(schemas.ApplyImport, schemas.Imported)
    def apply_import(self, session: Session, actor: Actor, args: Args) -> Args:
        return commands.apply_import(session, actor, **args)

    @query(schemas.Nothing, schemas.Taxonomy)
    def taxonomy(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.categories()

    @on(events.distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: events.distributions.DistributionValidated) -> None:
        projections.distribution_validated(session, event)
