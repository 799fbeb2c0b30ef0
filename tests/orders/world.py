"""A market with a farm and an open sale, told by events as the other services would tell it."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from services.orders.service import OrdersService
from shared import clock
from shared.actor import Actor
from shared.db import Database
from shared.errors import Refused
from shared.events import accounts, catalogs, distributions, markets, payments
from shared.events.orders import OrderConfirmed
from tests.support.bus import deliver, told

D = Decimal
PLACE = markets.PlaceFacts(
    name="Halle", address="1 place du Marché", postcode="35000", commune="Rennes", latitude=None, longitude=None
)


class World:
    def __init__(self, db: Database) -> None:
        self.db = db
        self.service = OrdersService()
        self.service.db = db
        self.market, self.sale, self.farm, self.catalog = uuid4(), uuid4(), uuid4(), uuid4()
        self.farmer, self.administrator = uuid4(), uuid4()
        self.versions = 1
        self.prices: dict[UUID, int] = {}
        now = clock.now()
        self.times = {
            "opens_at": now,
            "closes_at": now + timedelta(days=5),
            "starts_at": now + timedelta(days=7),
            "ends_at": now + timedelta(days=7, hours=1),
        }

    # what others tell

    def tell(self, *events) -> None:
        deliver(self.db, OrdersService, *events)

    def next_version(self) -> int:
        self.versions += 1
        return self.versions

    def set_up(self) -> "World":
        self.market_is(registration="open")
        self.tell(
            self.planned(),
            self.opened(),
            self.farm_is("Ferme du Pont", self.farmer, self.farm),
            self.taking_part(),
            self.role(self.administrator),
        )
        return self

    def market_is(self, **changes) -> None:
        facts = {"registration": "open", "reservation_minutes": 35} | changes
        self.tell(
            markets.MarketChanged(
                market_id=self.market,
                number=7,
                name="Marché de Rennes",
                kind="producers",
                organisation_mode="before",
                time_zone="Europe/Paris",
                commune="Rennes",
                postcode="35000",
                payment_fee_bp=300,
                commission_bp=0,
                unvalidated_limit=4,
                reminder_hours=24,
                version=self.next_version(),
                **facts,
            )
        )

    def planned(self, version=1, **times) -> markets.SalePlanned:
        return markets.SalePlanned(
            sale_id=self.sale, market_id=self.market, place=PLACE, version=version, **self.times | times
        )

    def opened(self) -> markets.SaleOpened:
        return markets.SaleOpened(
            sale_id=self.sale,
            market_id=self.market,
            opened_at=self.times["opens_at"],
            closes_at=self.times["closes_at"],
        )

    def closed(self) -> markets.SaleClosed:
        return markets.SaleClosed(sale_id=self.sale, market_id=self.market, closed_at=self.times["closes_at"])

    def cancelled(self) -> markets.SaleCancelled:
        return markets.SaleCancelled(sale_id=self.sale, market_id=self.market, reason="tempête")

    def farm_is(self, name, farmer, farm) -> catalogs.ProducerChanged:
        return catalogs.ProducerChanged(
            producer_id=farm,
            name=name,
            commune="Rennes",
            postcode="35000",
            latitude=None,
            longitude=None,
            email=None,
            phone=None,
            siret=None,
            vat_exempt=False,
            account_ids=[farmer],
            version=self.next_version(),
        )

    def taking_part(self, catalog=None, farm=None, version=None) -> markets.ParticipationConfirmed:
        return markets.ParticipationConfirmed(
            sale_id=self.sale,
            market_id=self.market,
            catalog_id=catalog or self.catalog,
            producer_id=farm or self.farm,
            version=version or self.next_version(),
        )

    def leaving(self, version=None) -> markets.ParticipationWithdrawn:
        return markets.ParticipationWithdrawn(
            sale_id=self.sale,
            market_id=self.market,
            catalog_id=self.catalog,
            producer_id=self.farm,
            version=version or self.next_version(),
        )

    def not_delivering(self, catalog=None, farm=None) -> markets.ParticipationWithdrawn:
        said = {"catalog_id": catalog or self.catalog, "producer_id": farm or self.farm, "not_delivering": True}
        return markets.ParticipationWithdrawn(**{**vars(self.leaving()), **said})

    def role(self, account_id, role="administrator", kind=markets.RoleGranted):
        return kind(market_id=self.market, account_id=account_id, role=role, version=self.next_version())

    def product_is(self, product_id, version=None, **facts) -> catalogs.ProductChanged:
        known = {
            "producer_id": self.farm,
            "name": "Carottes",
            "description": "",
            "category": "carottes",
            "unit": "piece",
            "net_quantity": None,
            "by_weight": False,
            "weighed": False,
            "organic": True,
            "allergens": [],
            "vat_bp": 550,
        }
        return catalogs.ProductChanged(product_id=product_id, version=version or self.next_version(), **known | facts)

    def prices_are(self, prices, catalog=None, farm=None) -> catalogs.CatalogChanged:
        items = [
            catalogs.CatalogPrice(product_id=product_id, price_cents=cents) for product_id, cents in prices.items()
        ]
        return catalogs.CatalogChanged(
            catalog_id=catalog or self.catalog,
            number=1,
            producer_id=farm or self.farm,
            name="Été",
            items=items,
            version=self.next_version(),
        )

    def stock_is(self, product_id, supplied, version=None) -> catalogs.StockSet:
        return catalogs.StockSet(
            product_id=product_id,
            producer_id=self.farm,
            on_hand=supplied,
            change=None,
            supplied=supplied,
            version=version or self.next_version(),
        )

    def product(self, name="Carottes", price=250, stock=None, **facts) -> UUID:
        """A new product of the farm, on offer."""
        product_id = uuid4()
        self.prices[product_id] = price
        self.tell(
            self.product_is(product_id, name=name, **facts),
            self.prices_are(self.prices),
            self.stock_is(product_id, None if stock is None else D(stock)),
        )
        return product_id

    def person(self, first="Marie", last="Dupont") -> UUID:
        account_id = uuid4()
        self.tell(
            accounts.AccountRegistered(
                account_id=account_id,
                email="x@example.org",
                first_name=first,
                last_name=last,
                phone=None,
                language="fr",
                second_email=None,
                email_verified=True,
                version=1,
            )
        )
        return account_id

    def paid(self, order, at=None, amount=None, payment_id=None) -> payments.PaymentSucceeded:
        return payments.PaymentSucceeded(
            payment_id=payment_id or uuid4(),
            order_id=UUID(order["order_id"]),
            sale_id=self.sale,
            market_id=self.market,
            member_id=UUID(order["member_id"]),
            amount_cents=order["total_cents"] if amount is None else amount,
            captured_at=at or clock.now(),
        )

    def delivered(self, quantities, nth=1) -> distributions.DistributionValidated:
        products = [
            distributions.ProductDelivery(product_id=product_id, ordered=D(0), delivered=D(quantity))
            for product_id, quantity in quantities.items()
        ]
        return distributions.DistributionValidated(
            sale_id=self.sale,
            market_id=self.market,
            round=nth,
            validated_at=clock.now(),
            validated_by=None,
            basket_count=1,
            paid_cents=0,
            refunded_cents=0,
            delivered_cents=0,
            producers=[],
            products=products,
        )

    # what people ask

    def ask(self, method, account_id=None, key=None, **args):
        """Through the door, with wire values, as the bus calls it. Raises shared.errors.Refused."""
        actor = {"account_id": str(account_id) if account_id else None, "language": "fr"}
        return getattr(self.service, method)(actor, plain(args), key)

    def line(self, product_id, quantity=1, price=None):
        cents = self.prices[product_id] if price is None else price
        return {"product_id": str(product_id), "quantity": str(quantity), "unit_price_cents": cents}

    def place(self, member, lines, **options):
        """`lines`: {product_id: quantity} at present prices, or wire lines."""
        if isinstance(lines, dict):
            lines = [self.line(product_id, quantity) for product_id, quantity in lines.items()]
        return self.ask("place", member, sale_id=str(self.sale), lines=lines, **options)

    def basket(self, member):
        return self.ask("my_basket", member, sale_id=str(self.sale))

    def amend(self, member, lines, version=None, key=None):
        """`lines`: the whole basket, {product_id: quantity} at present prices, or wire lines."""
        if isinstance(lines, dict):
            lines = [self.line(product_id, quantity) for product_id, quantity in lines.items()]
        version = self.basket(member)["version"] if version is None else version
        return self.ask("amend_basket", member, key, sale_id=str(self.sale), version=version, lines=lines)

    def cancel(self, member, **args):
        return self.ask("cancel_basket", member, sale_id=str(self.sale), **args)

    def top_up(self, member):
        (pending,) = self.basket(member)["pending"]
        return pending

    def order(self, order, member=None):
        return self.ask("order", member or order["member_id"], order_id=order["order_id"])

    def status(self, order) -> str:
        return self.order(order)["status"]

    def place_and_pay(self, member, lines):
        order = self.place(member, lines)
        self.tell(self.paid(order))
        return order

    def available(self, product_id):
        offers = self.ask("shop", sale_id=str(self.sale))["offers"]
        return next(offer["available"] for offer in offers if offer["product_id"] == str(product_id))

    def tick(self) -> None:
        """Everything that is due, until nothing is."""
        for work in ("expire_orders", "void_cancelled_sales", "tell_absences", "settle_sales"):
            getattr(self.service, work)()

    def told(self, kind=None):
        return told(self.db, kind)

    def confirmed(self) -> list[OrderConfirmed]:
        return self.told(OrderConfirmed)


def plain(args):
    return {name: str(value) if isinstance(value, UUID) else value for name, value in args.items()}


__all__ = ["PLACE", "Actor", "D", "Refused", "World"]
