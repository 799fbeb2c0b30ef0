"""People, farms and markets for the tests of this service, made through its own door and inbox."""

from datetime import timedelta
from decimal import Decimal

from services.markets import commands
from services.markets.service import MarketsService
from shared import clock
from shared.events import accounts, catalogs, distributions, orders
from tests.support.bus import deliver, forget_told, told

PLACE = {"name": "Place de la Mairie", "address": "1 place de la Mairie", "postcode": "33840", "commune": "Captieux"}


class World:
    def __init__(self, db, moment):
        self.db = db
        self.moment = moment

    # ---- the door

    def call(self, method, by=None, **args):
        """The RPC as the gateway would make it; raises Refused."""
        service = MarketsService()
        service.db = self.db
        actor = {"account_id": str(by) if by else None, "language": "fr"}
        return getattr(service, method)(actor=actor, args={k: wire(v) for k, v in args.items()})

    def hear(self, *events):
        deliver(self.db, MarketsService, *events)

    def told(self, kind=None):
        return told(self.db, kind)

    def forget(self):
        forget_told(self.db)

    # ---- what others tell

    def person(self, first="Anne", last="Martin", email=None, version=1):
        account_id = clock.new_id()
        self.hear(
            accounts.AccountRegistered(
                account_id=account_id,
                email=email or f"{account_id}@example.org",
                first_name=first,
                last_name=last,
                phone="0600000000",
                language="fr",
                second_email=None,
                email_verified=True,
                version=version,
            )
        )
        return account_id

    def farm(self, number, *people, name="Ferme de Peyrignolles"):
        """A producer with one catalogue; answers (producer_id, catalog_id)."""
        producer_id, catalog_id = clock.new_id(), clock.new_id()
        self.hear(
            catalogs.ProducerChanged(
                producer_id=producer_id,
                name=name,
                commune="Captieux",
                postcode="33840",
                latitude=None,
                longitude=None,
                email=None,
                phone=None,
                siret=None,
                vat_exempt=False,
                account_ids=list(people),
                version=1,
            ),
            catalogs.CatalogChanged(
                catalog_id=catalog_id,
                number=number,
                producer_id=producer_id,
                name="Tarif vente à la ferme",
                items=[],
                version=1,
            ),
        )
        return producer_id, catalog_id

    def order(self, sale, member, *producers, order_id=None):
        """A confirmed order; answers the event."""
        confirmed = orders.OrderConfirmed(
            order_id=order_id or clock.new_id(),
            basket_id=clock.new_id(),
            basket_number=1,
            sale_id=sale["sale_id"],
            market_id=sale["market_id"],
            member_id=member,
            total_cents=320 * len(producers),
            confirmed_at=clock.now(),
            lines=[line(producer_id) for producer_id in producers],
        )
        confirmed = orders.OrderConfirmed.load(confirmed.dump())
        self.hear(confirmed)
        return confirmed

    def amend_order(self, confirmed, amendment, *producers):
        """Lines of these producers are left of the order."""
        left = orders.AmendedOrder(order_id=confirmed.order_id, lines=[line(producer_id) for producer_id in producers])
        names = ("basket_id", "basket_number", "sale_id", "market_id", "member_id")
        facts = {name: getattr(confirmed, name) for name in names}
        money = {"total_cents": 0, "refund_id": None, "refund_cents": 0}
        self.hear(orders.OrderAmended(**facts, **money, amendment=amendment, orders=[left]))

    def cancel_order(self, confirmed):
        self.hear(
            orders.OrderCancelled(
                **{
                    name: getattr(confirmed, name)
                    for name in ("order_id", "basket_id", "sale_id", "market_id", "member_id", "total_cents")
                },
                reason="member",
            )
        )

    def validate(self, sale, number=1):
        self.hear(
            distributions.DistributionValidated.load(
                {
                    "sale_id": sale["sale_id"],
                    "market_id": sale["market_id"],
                    "round": number,
                    "validated_at": clock.now().isoformat(),
                    "validated_by": None,
                    "basket_count": 1,
                    "paid_cents": 0,
                    "refunded_cents": 0,
                    "delivered_cents": 0,
                    "producers": [],
                    "products": [],
                }
            )
        )

    def reopen(self, sale, by, number=1):
        self.hear(
            distributions.DistributionReopened.load(
                {
                    "sale_id": sale["sale_id"],
                    "market_id": sale["market_id"],
                    "round": number,
                    "basket_id": str(clock.new_id()),
                    "reopened_by": str(by),
                }
            )
        )

    # ---- markets and sales

    def market(self, by, **changes):
        return self.call(
            "create_market", by, **{"name": "Marché de Captieux", "kind": "association", "place": PLACE} | changes
        )

    def sale(self, by, market, starts_in=timedelta(days=30), **changes):
        """Opens a day from now and closes a day before its distribution, which lasts one hour."""
        now = clock.now()
        times = {
            "opens_at": now + timedelta(days=1),
            "closes_at": now + starts_in - timedelta(days=1),
            "starts_at": now + starts_in,
            "ends_at": now + starts_in + timedelta(hours=1),
        }
        return self.call("plan_sale", by, market_id=market["market_id"], **times | changes)

    def sale_is(self, sale):
        return self.call("sale", sale_id=sale["sale_id"])["state"]

    def tick(self):
        """What the timers do, until nothing is due."""
        for work in (commands.open_due, commands.close_due, commands.finish_due):
            while self.step(work):
                pass

    def step(self, work):
        with self.db.write() as session:
            return work(session)


def line(producer_id):
    return orders.OrderLine(
        line_id=clock.new_id(),
        product_id=clock.new_id(),
        producer_id=producer_id,
        name="Pommes",
        unit="kg",
        by_weight=True,
        weighed=False,
        quantity=Decimal(1),
        unit_price_cents=320,
        vat_bp=550,
        gross_cents=320,
    )


def wire(value):
    if isinstance(value, list):
        return [wire(item) for item in value]
    if isinstance(value, dict | bool | int | float) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
