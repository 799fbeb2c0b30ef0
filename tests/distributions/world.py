"""A market with two farms and one sale, told to distributions as the other services would tell it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from services.distributions import commands, queries, schemas
from services.distributions.service import DistributionsService
from shared import clock
from shared.actor import Actor
from shared.events import accounts, catalogs, markets, orders
from shared.money import line_total
from tests.support.bus import deliver, forget_told, told

NAMESPACE = UUID(int=7)
DAY = datetime(2023, 9, 9, 17, 0, tzinfo=UTC)  # Saturday, 19:00 in Paris
MIDNIGHT = datetime(2023, 9, 8, 22, 0, tzinfo=UTC)  # the morning of the day begins


def uid(name):
    return uuid5(NAMESPACE, str(name))


MARKET, SALE = uid("market"), uid("sale")
ADMIN, REFERENT, STRANGER, FARMER = (Actor(uid(n)) for n in ("admin", "referent", "stranger", "farmer"))
VEGETABLES, BUTCHER = uid("vegetables"), uid("butcher")
CARROT, APPLE, BREAD, CHICKEN = "carrot", "apple", "bread", "chicken"
PRODUCTS = {  # producer, unit, by weight, weighed, price
    CARROT: (VEGETABLES, "kg", True, False, 260),
    APPLE: (VEGETABLES, "kg", True, False, 333),
    BREAD: (VEGETABLES, "piece", False, False, 450),
    CHICKEN: (BUTCHER, "kg", True, True, 1290),
}
NAMES = {"marie": ("Marie", "Dupont"), "elie": ("Zoé", "Émond"), "jean": ("Jean", "Eluard"), "paul": ("Paul", "Abadie")}


def line(product, quantity, key):
    producer, unit, by_weight, weighed, price = PRODUCTS[product]
    quantity = Decimal(quantity)
    return orders.OrderLine(
        line_id=uid(f"line {key} {product}"),
        product_id=uid(product),
        producer_id=producer,
        name=product.title(),
        unit=unit,
        by_weight=by_weight,
        weighed=weighed,
        quantity=quantity,
        unit_price_cents=price,
        vat_bp=550,
        gross_cents=line_total(price, quantity),
    )


def confirmed(member, lines, *, key=None, number=None, sale=SALE, changes=0):
    key = key or member
    bought = [line(product, quantity, key) for product, quantity in lines.items()]
    return orders.OrderConfirmed(
        order_id=uid(f"order {key}"),
        basket_id=uid(f"basket {member}"),
        basket_number=number or 100 + len(member),
        sale_id=sale,
        market_id=MARKET,
        member_id=uid(member),
        total_cents=sum(one.gross_cents for one in bought),
        confirmed_at=clock.now(),
        lines=bought,
        changes=changes,
    )


def cancelled(event, reason="sale_cancelled", amendment=None, of=1):
    return orders.OrderCancelled(
        order_id=event.order_id,
        basket_id=event.basket_id,
        sale_id=event.sale_id,
        market_id=event.market_id,
        member_id=event.member_id,
        total_cents=event.total_cents,
        reason=reason,
        amendment=amendment,
        orders=of if amendment else None,
    )


def account(name, first_name, last_name, version=1, phone="+33 6 12 34 56 78"):
    return accounts.AccountChanged(
        account_id=uid(name),
        email=f"{name}@example.org",
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        language="fr",
        second_email=None,
        email_verified=True,
        version=version,
    )


def market(zone="Europe/Paris", version=1):
    return markets.MarketChanged(
        market_id=MARKET,
        number=1,
        name="Marché de Captieux",
        kind="association",
        organisation_mode="before",
        time_zone=zone,
        commune="Captieux",
        postcode="33840",
        registration="open",
        payment_fee_bp=300,
        commission_bp=0,
        reservation_minutes=35,
        unvalidated_limit=4,
        reminder_hours=24,
        version=version,
    )


def planned(sale=SALE, starts_at=DAY, version=1, kind=markets.SalePlanned):
    place = markets.PlaceFacts(
        name="Place de la Mairie",
        address="1 place de la Mairie",
        postcode="33840",
        commune="Captieux",
        latitude=None,
        longitude=None,
    )
    return kind(
        sale_id=sale,
        market_id=MARKET,
        opens_at=starts_at - timedelta(days=10),
        closes_at=starts_at - timedelta(days=2),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place=place,
        version=version,
    )


def settled(sale=SALE, count=0):
    return orders.SaleOrdersSettled(sale_id=sale, market_id=MARKET, order_count=count, producers=[])


def not_delivering(producer, sale=SALE, changed=None):
    """As orders tells it; `changed`: {basket_id: how many changes}."""
    baskets = [orders.ChangedBasket(basket_id=key, amendment=count) for key, count in (changed or {}).items()]
    return orders.AbsenceRecorded(sale_id=sale, market_id=MARKET, producer_id=producer, changed=baskets)


def withdrawn(producer, sale=SALE):
    """As markets tells it, before orders does."""
    return markets.ParticipationWithdrawn(
        sale_id=sale, market_id=MARKET, catalog_id=uid("catalog"), producer_id=producer, version=2, not_delivering=True
    )


def producer(producer_id, name, account_ids, version=1):
    return catalogs.ProducerChanged(
        producer_id=producer_id,
        name=name,
        commune="Bazas",
        postcode="33430",
        latitude=None,
        longitude=None,
        email=None,
        phone=None,
        siret=None,
        vat_exempt=False,
        account_ids=account_ids,
        version=version,
    )


class World:
    """Everybody is known, the sale is planned; nobody has ordered yet."""

    def __init__(self, db):
        self.db = db
        self.tell(
            market(),
            planned(),
            markets.RoleGranted(market_id=MARKET, account_id=ADMIN.account_id, role="administrator", version=1),
            markets.ReferentAppointed(sale_id=SALE, market_id=MARKET, account_id=REFERENT.account_id, version=1),
            producer(VEGETABLES, "Ferme des Légumes", [FARMER.account_id]),
            producer(BUTCHER, "Boucherie", []),
            account("referent", "Rémi", "Référent"),
            *(account(key, first, last) for key, (first, last) in NAMES.items()),
        )

    def tell(self, *events):
        deliver(self.db, DistributionsService, *events)

    def order(self, member="marie", **lines):
        event = confirmed(member, lines or {CARROT: "2", CHICKEN: "1.5"})
        self.tell(event)
        return event.basket_id

    def close(self):
        self.tell(settled())

    def do(self, command, actor=REFERENT, **args):
        with self.db.write() as session:
            return getattr(commands, command)(session, actor, **args)

    def see(self, query, actor=REFERENT, **args):
        with self.db.read() as session:
            return getattr(queries, query)(session, actor, **args)

    def sheet_options(self, **changes):
        return schemas.SheetOptions().load(changes)

    def basket(self, member="marie", actor=REFERENT):
        return self.see("basket", actor, basket_id=uid(f"basket {member}"))

    def adjust(self, member="marie", actor=REFERENT, key=None, **delivered):
        """Against the newest version."""
        lines = [
            {"line_id": uid(f"line {key or member} {product}"), "delivered": Decimal(quantity)}
            for product, quantity in delivered.items()
        ]
        self.do("adjust", actor, basket_id=uid(f"basket {member}"), version=self.basket(member)["version"], lines=lines)
        return self.basket(member)

    def refund(self, member="marie", actor=REFERENT):
        self.do("refund", actor, basket_id=uid(f"basket {member}"))
        return self.basket(member)

    def look(self):
        with self.db.write() as session:
            return commands.look_after(session)

    def look_at_all(self):
        while self.look():
            pass

    def told(self, kind=None):
        return told(self.db, kind)

    def forget(self):
        forget_told(self.db)
