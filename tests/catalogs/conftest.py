"""A farm with somebody who acts for it, and short ways to do things to it."""

from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from services.catalogs import commands, queries
from shared.actor import Actor

FARM = {
    "name": "Ferme de Peyrignolles",
    "commune": "Cambes",
    "postcode": "33880",
    "latitude": 44.7347,
    "longitude": -0.4631,
    "presentation": "Noix et légumes.",
    "grows": ["fruit.nuts", "vegetables"],
    "labels": ["ab"],
    "siret": None,
    "vat_exempt": False,
    "phone": "05 56 00 00 00",
    "email": "ferme@example.org",
}
CARROTS = {"name": "Carottes des sables", "category": "vegetables.root", "unit": "kg"}
JAM = {
    "name": "Confiture de fraises",
    "category": "sweet.jam",
    "unit": "jar",
    "net_quantity": Decimal(250),
    "net_unit": "g",
}
WINE = {
    "name": "Côtes de Bordeaux",
    "category": "drinks.wine",
    "unit": "bottle",
    "net_quantity": Decimal(75),
    "net_unit": "cl",
}


class Farm:
    """Commands in transactions of their own, as the door runs them; each answers the row."""

    def __init__(self, db, **said):
        self.db = db
        self.actor = Actor(uuid4())
        self.id = self.open(**said).id

    def open(self, **said):
        return self._do(commands.open_producer, **FARM | said)

    def change(self, **said):
        return self._do(commands.change_producer, producer_id=self.id, **said)

    def add(self, facts=CARROTS, **said):
        return self._do(commands.add_product, producer_id=self.id, **facts | said)

    def change_product(self, product, **said):
        return self._do(commands.change_product, product_id=product.id, **said)

    def withdraw(self, product):
        return self._do(commands.withdraw_product, product_id=product.id)

    def restore(self, product):
        return self._do(commands.restore_product, product_id=product.id)

    def set_stock(self, product, on_hand, **said):
        on_hand = None if on_hand is None else Decimal(on_hand)
        return self._do(commands.set_stock, product_id=product.id, on_hand=on_hand, **said)

    def create(self, *items, name="Vente à la ferme"):
        return self._do(commands.create_catalog, producer_id=self.id, name=name, items=prices(*items))

    def change_catalog(self, catalog, **said):
        return self._do(commands.change_catalog, catalog_id=catalog.id, **said)

    def products(self, **asked):
        return self.ask(queries.products, **{"producer_id": self.id, "limit": 50} | asked)

    def stock(self, product):
        return self.ask(queries.product, product_id=product.id)["stock"]

    def ask(self, query, actor=None, **args):
        with self.db.read() as session:
            return query(session, actor or self.actor, **args)

    def _do(self, command, **args):
        with self.db.write() as session:
            return command(session, self.actor, **args)


def prices(*items):
    return [{"product_id": product.id, "price_cents": cents} for product, cents in items]


@pytest.fixture
def db(database):
    return database("catalogs")


@pytest.fixture
def farm(db):
    return Farm(db)


@pytest.fixture
def strangers(db):
    return SimpleNamespace(actor=Actor(uuid4()), visitor=Actor(), farm=Farm(db, name="Ferme voisine"))
