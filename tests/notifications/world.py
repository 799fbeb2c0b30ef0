"""A small market for the tests of notifications, told as its events."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from shared.events import accounts, catalogs, distributions, markets, orders, payments

SPACE = UUID("5f0c7a52-3d6c-4b5e-9d4c-0a9f4a9e7b11")


def an_id(name):
    return uuid5(SPACE, name)


MARKET, SALE, PLACE = an_id("market"), an_id("sale"), an_id("place")
MARIE, JOHN, ADA, PAUL = an_id("marie"), an_id("john"), an_id("ada"), an_id("paul")
FARM, CATALOG, ORDER, BASKET = an_id("farm"), an_id("catalog"), an_id("order"), an_id("basket")


def account(person, email, first_name="Marie", last_name="Dupont", language="fr", second_email=None, version=1, **more):
    return accounts.AccountRegistered(
        account_id=person,
        email=email,
        first_name=first_name,
        last_name=last_name,
        phone=None,
        language=language,
        second_email=second_email,
        email_verified=True,
        version=version,
        **more,
    )


def market(**changes):
    facts = {
        "market_id": MARKET,
        "number": 42,
        "name": "La Halle de Captieux",
        "kind": "producers",
        "organisation_mode": "before",
        "time_zone": "Europe/Paris",
        "commune": "Captieux",
        "postcode": "33840",
        "registration": "open",
        "payment_fee_bp": 300,
        "commission_bp": 0,
        "reservation_minutes": 35,
        "unvalidated_limit": 4,
        "reminder_hours": 24,
        "version": 1,
        "contact_email": "contact@halle.example",
    }
    return markets.MarketChanged(**(facts | changes))


def joined(person, market_id=MARKET, version=1):
    return markets.MemberJoined(market_id=market_id, account_id=person, version=version)


def role(person, role="administrator", version=1):
    return markets.RoleGranted(market_id=MARKET, account_id=person, role=role, version=version)


def sale(kind=markets.SalePlanned, **changes):
    """Orders until Wednesday 13 September 2023, 23:55; distribution on Saturday 16, 9:00 to 12:00 in Paris."""
    facts = {
        "sale_id": SALE,
        "market_id": MARKET,
        "opens_at": datetime(2023, 9, 6, 6, 0, tzinfo=UTC),
        "closes_at": datetime(2023, 9, 13, 21, 55, tzinfo=UTC),
        "starts_at": datetime(2023, 9, 16, 7, 0, tzinfo=UTC),
        "ends_at": datetime(2023, 9, 16, 10, 0, tzinfo=UTC),
        "version": 1,
        "place": markets.PlaceFacts(
            name="Halle couverte",
            address="3 place de la Mairie",
            postcode="33840",
            commune="Captieux",
            latitude=None,
            longitude=None,
        ),
    }
    return kind(**(facts | changes))


def opened(sale_id=SALE):
    return markets.SaleOpened(
        sale_id=sale_id,
        market_id=MARKET,
        opened_at=datetime(2023, 9, 6, 6, 0, tzinfo=UTC),
        closes_at=datetime(2023, 9, 13, 21, 55, tzinfo=UTC),
    )


DUTY = {
    "shift_id": an_id("shift"),
    "role": "Accueil & caisse",
    "starts_at": datetime(2023, 9, 16, 6, 0, tzinfo=UTC),
    "ends_at": datetime(2023, 9, 16, 8, 0, tzinfo=UTC),
}


def duty_called(*signed_up, starts_at=datetime(2023, 9, 16, 7, 0, tzinfo=UTC)):
    vacancy = markets.DutyVacancy(**DUTY, free=2)
    return markets.DutyVacanciesCalled(
        sale_id=SALE, market_id=MARKET, starts_at=starts_at, shifts=[vacancy], signed_up=list(signed_up)
    )


def duty_due(person=MARIE, starts_at=datetime(2023, 9, 16, 7, 0, tzinfo=UTC)):
    turn = markets.DutyTurn(**DUTY)
    return markets.DutyReminderDue(
        sale_id=SALE, market_id=MARKET, account_id=person, starts_at=starts_at, shifts=[turn]
    )


def sale_cancelled(reason="Neige", *on_duty):
    return markets.SaleCancelled(sale_id=SALE, market_id=MARKET, reason=reason, on_duty=list(on_duty))


def farm(*people, **changes):
    facts = {
        "producer_id": FARM,
        "name": "Ferme des Landes",
        "commune": "Captieux",
        "postcode": "33840",
        "latitude": None,
        "longitude": None,
        "email": "ferme@example.org",
        "phone": None,
        "siret": None,
        "vat_exempt": False,
        "account_ids": list(people),
        "version": 1,
    }
    return catalogs.ProducerChanged(**(facts | changes))


def line(name="Tomates <anciennes>", quantity="1.25", unit="kg", price=400, gross=500):
    return orders.OrderLine(
        line_id=an_id(f"line {name}"),
        product_id=an_id(name),
        producer_id=FARM,
        name=name,
        unit=unit,
        by_weight=unit == "kg",
        weighed=False,
        quantity=Decimal(quantity),
        unit_price_cents=price,
        vat_bp=550,
        gross_cents=gross,
    )


def about_order(person=MARIE, order_id=ORDER, **more):
    return {
        "order_id": order_id,
        "basket_id": BASKET,
        "sale_id": SALE,
        "market_id": MARKET,
        "member_id": person,
        **more,
    }


def confirmed(person=MARIE, order_id=ORDER, number=7):
    return orders.OrderConfirmed(
        **about_order(person, order_id),
        basket_number=number,
        total_cents=1250,
        confirmed_at=datetime(2023, 9, 8, 8, 0, tzinfo=UTC),
        lines=[line(), line("Œufs", "6", "piece", 125, 750)],
    )


def cancelled(person=MARIE, order_id=ORDER, reason="member"):
    return orders.OrderCancelled(**about_order(person, order_id), total_cents=1250, reason=reason)


def not_collected(noted_at=datetime(2023, 9, 16, 9, 50, tzinfo=UTC)):
    return distributions.BasketNotCollected(**about_basket(), noted_at=noted_at, noted_by=ADA)


def collected(noted_at=datetime(2023, 9, 16, 9, 50, tzinfo=UTC)):
    return distributions.BasketCollected(**about_basket(), noted_at=noted_at)


def about_basket():
    return {"basket_id": BASKET, "basket_number": 7, "sale_id": SALE, "market_id": MARKET, "member_id": MARIE}


def amended(person=MARIE, amendment=1, refund=250, paid=0):
    return orders.OrderAmended(
        basket_id=BASKET,
        basket_number=7,
        amendment=amendment,
        sale_id=SALE,
        market_id=MARKET,
        member_id=person,
        orders=[orders.AmendedOrder(order_id=ORDER, lines=[line()])],
        total_cents=1000,
        refund_id=an_id("refund of a change") if refund else None,
        refund_cents=refund,
        paid_cents=paid,
        lines=[sheet_line("Tomates <anciennes>", "1.25", 500), sheet_line("Œufs", "4", 500)],
    )


def about_money(person=MARIE, **more):
    return {
        "sale_id": SALE,
        "market_id": MARKET,
        "member_id": person,
        "amount_cents": 1250,
        "reason": "shortage",
        **more,
    }


def refunded(person=MARIE, name="refund", **more):
    return payments.RefundSucceeded(refund_id=an_id(name), basket_id=BASKET, **(about_money(person) | more))


def settled(*lines, **changes):
    sheet = orders.ProducerSheet(
        producer_id=FARM,
        basket_count=3 if lines else 0,
        gross_cents=sum(line.gross_cents for line in lines),
        lines=list(lines),
    )
    facts = {"sale_id": SALE, "market_id": MARKET, "order_count": 3, "producers": [sheet]}
    return orders.SaleOrdersSettled(**(facts | changes))


def sheet_line(name="Tomates", quantity="12.5", gross=5000):
    return orders.SheetLine(product_id=an_id(name), name=name, unit="kg", quantity=Decimal(quantity), gross_cents=gross)


def basket_validated(*changes, version=1):
    return distributions.BasketValidated(
        basket_id=BASKET,
        basket_number=7,
        sale_id=SALE,
        market_id=MARKET,
        member_id=MARIE,
        ordered_cents=1250,
        due_cents=1150,
        refunded_cents=100,
        changes=list(changes),
        version=version,
    )


def change():
    return distributions.SettledLine(
        name="Tomates", unit="kg", ordered=Decimal("1.25"), delivered=Decimal(1), ordered_cents=500, delivered_cents=400
    )


def payout():
    return payments.PayoutSent(
        payout_id=an_id("payout"),
        producer_id=FARM,
        amount_cents=123456,
        paid_on=date(2023, 9, 25),
        sales=[payments.PayoutSale(sale_id=SALE, market_id=MARKET, amount_cents=123456)],
    )


def disputed():
    about = about_money(reason="fraudulent")
    return payments.DisputeOpened(dispute_id="du_1", payment_id=an_id("p"), order_id=ORDER, **about)


def dispute_closed(*, won):
    about = {name: value for name, value in about_money().items() if name != "reason"}
    return payments.DisputeClosed(dispute_id="du_1", payment_id=an_id("p"), won=won, **about)


def dispute_loss():
    return payments.DisputeLossShared(
        dispute_id="du_1",
        sale_id=SALE,
        market_id=MARKET,
        producer_id=FARM,
        amount_cents=725,
        pay_on=date(2023, 9, 25),
    )


def mismatch():
    one = payments.Mismatch(subject="provider refund txn_1 refund:7", provider_cents=-200, ledger_cents=-201)
    return payments.LedgerMismatchFound(
        reconciliation_id=an_id("r"), day=date(2023, 9, 9), difference_cents=1, mismatches=[one]
    )
