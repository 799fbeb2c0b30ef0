"""Each kind of mail as it arrives, in both languages."""

import dataclasses
import re
from html import unescape

import pytest

from services.notifications import domain
from services.notifications.letters import formats
from shared.events import accounts, catalogs, distributions, markets, orders, payments
from tests.notifications import world as w

TOMORROW = w.datetime(2023, 9, 10, 10, 0, tzinfo=w.UTC)
LINK = {
    "account_id": w.MARIE,
    "email": "marie@example.org",
    "first_name": "Marie",
    "token": "t0ken",
    "expires_at": TOMORROW,
}
INVITATION = {
    "invitation_id": w.an_id("invitation"),
    "market_id": w.MARKET,
    "email": "new@example.org",
    "first_name": None,
    "token": "t0ken",
}
PARTICIPATION = {"sale_id": w.SALE, "market_id": w.MARKET, "catalog_id": w.CATALOG, "producer_id": w.FARM}
EARNED = distributions.DistributionValidated(
    sale_id=w.SALE,
    market_id=w.MARKET,
    round=1,
    validated_at=TOMORROW,
    validated_by=None,
    basket_count=1,
    paid_cents=1250,
    refunded_cents=0,
    delivered_cents=1250,
    products=[],
    producers=[distributions.ProducerDelivery(producer_id=w.FARM, gross_cents=1250)],
)


def overdue(days):
    return distributions.DistributionOverdue(
        sale_id=w.SALE, market_id=w.MARKET, ended_at=TOMORROW, days=days, basket_count=9
    )


def balance_changed(change, balance, reason, **more):
    return payments.MemberBalanceChanged(
        market_id=w.MARKET,
        member_id=w.MARIE,
        sale_id=w.SALE,
        balance_cents=balance,
        change_cents=change,
        reason=reason,
        version=1,
        **more,
    )


def of_language(kind, facts):
    return lambda language: [kind(**facts, language=language)]


def told(*events):
    return lambda _language: list(events)


# kind: events, who gets it, French and English words of the subject, of the text in both languages, where its link goes
CASES = {
    "verification": (
        of_language(accounts.EmailVerificationRequested, LINK),
        "marie@example.org",
        "Confirmez votre adresse",
        "Confirm your e-mail",
        [],
        "/verify?token=t0ken",
    ),
    "password_reset": (
        of_language(accounts.PasswordResetRequested, LINK),
        "marie@example.org",
        "nouveau mot de passe",
        "new password",
        [],
        "/reset?token=t0ken",
    ),
    "invitation": (
        of_language(markets.MemberInvited, INVITATION | {"has_account": False}),
        "new@example.org",
        "La Halle de Captieux vous invite",
        "La Halle de Captieux invites you",
        [],
        "/invitations/t0ken",
    ),
    "order_confirmed": (
        told(w.confirmed()),
        "marie@example.org",
        "panier n° 7, samedi 16 septembre",
        "basket no. 7, Saturday 16 September",
        ["Tomates <anciennes>", "Halle couverte", "12[,.]50"],
        f"/orders/{w.ORDER}",
    ),
    "order_changed": (
        told(w.amended()),
        "marie@example.org",
        "Commande modifiée : panier n° 7, samedi 16 septembre",
        "Order changed: basket no. 7, Saturday 16 September",
        ["Tomates <anciennes>", "10[,.]00", "2[,.]50", "Halle couverte"],
        "/orders",
    ),
    "order_cancelled": (
        told(w.confirmed(), w.cancelled()),
        "marie@example.org",
        "Votre commande du samedi 16 septembre est annulée",
        "Your order for Saturday 16 September is cancelled",
        ["12[,.]50"],
        f"/orders/{w.ORDER}",
    ),
    "sale_refunded": (
        told(
            w.confirmed(),
            markets.SaleCancelled(sale_id=w.SALE, market_id=w.MARKET, reason="Salle <anciennes> inondée"),
            w.cancelled(reason="sale_cancelled"),
        ),
        "marie@example.org",
        "Vente annulée : vos commandes du samedi 16 septembre sont remboursées",
        "Sale cancelled: your orders for Saturday 16 September are refunded",
        ["12[,.]50", "Salle <anciennes> inondée"],
        "/orders",
    ),
    "order_expired": (
        told(orders.OrderExpired(**w.about_order(), total_cents=1250)),
        "marie@example.org",
        "n’a pas été payée à temps",
        "was not paid in time",
        ["12[,.]50"],
        "/group/42",
    ),
    "late_payment_refused": (
        told(orders.LatePaymentRefused(**w.about_order(), payment_id=w.an_id("p"), amount_cents=1250)),
        "marie@example.org",
        "arrivé trop tard",
        "came too late",
        ["12[,.]50"],
        f"/orders/{w.ORDER}",
    ),
    "payment_failed": (
        told(payments.PaymentFailed(payment_id=w.an_id("p"), order_id=w.ORDER, **w.about_money())),
        "marie@example.org",
        "n’a pas abouti",
        "did not go through",
        ["12[,.]50"],
        f"/orders/{w.ORDER}",
    ),
    "refund": (told(w.refunded()), "marie@example.org", "Remboursement de 12,50 €", "Refund of €12.50", [], "/orders"),
    "refund_failed": (
        told(
            payments.RefundFailed(refund_id=w.an_id("r"), basket_id=w.BASKET, error="card <expired>", **w.about_money())
        ),
        "ada@example.org",
        "remboursement de 12,50 € a échoué",
        "refund of €12.50 has failed",
        ["Marie Dupont", "card <expired>"],
        f"/group/42/distributions/{w.SALE}",
    ),
    "balance_due": (
        told(balance_changed(-300, -500, "balance_due", basket_number=7)),
        "marie@example.org",
        "Complément à payer : 5,00 €",
        "Balance due: €5.00",
        ["(panier n°|basket no.) 7", "(samedi|Saturday) 16", "3[,.]00"],
        f"/balances/{w.MARKET}",
    ),
    "credit": (
        told(balance_changed(400, 350, "credit")),
        "marie@example.org",
        "avoir de 4,00 €",
        "credit of €4.00",
        ["(samedi|Saturday) 16", "3[,.]50"],
        f"/balances/{w.MARKET}",
    ),
    "sale_opened": (
        told(w.opened()),
        "marie@example.org",
        "La vente est ouverte",
        "The sale is open",
        ["23( h |:)55", "Halle couverte"],
        "/group/42",
    ),
    "sale_rescheduled": (
        told(
            w.confirmed(),
            w.sale(markets.SaleRescheduled, ends_at=w.datetime(2023, 9, 16, 11, 0, tzinfo=w.UTC), version=2),
        ),
        "marie@example.org",
        "samedi 16 septembre, 9 h – 13 h",
        "Saturday 16 September, 9:00 – 13:00",
        ["Halle couverte"],
        "/group/42",
    ),
    "sale_cancelled": (
        told(
            markets.ParticipationConfirmed(**PARTICIPATION, version=1),
            markets.SaleCancelled(sale_id=w.SALE, market_id=w.MARKET, reason="Tempête & grêle"),
        ),
        "paul@example.org",
        "ne préparez rien pour le samedi 16 septembre",
        "prepare nothing for Saturday 16",
        ["Tempête & grêle"],
        f"/producer/sales/{w.SALE}",
    ),
    "sale_blocked": (
        told(
            w.sale(sale_id=w.an_id("old"), starts_at=w.datetime(2023, 8, 5, 7, 0, tzinfo=w.UTC)),
            markets.SaleBlocked(sale_id=w.SALE, market_id=w.MARKET, unvalidated=[w.an_id("old")]),
        ),
        "ada@example.org",
        "n’a pas pu ouvrir",
        "could not open",
        ["5 (août|August)"],
        "/group/42/distributions",
    ),
    "sale_invitation": (
        told(markets.ProducerInvitedToSale(**PARTICIPATION)),
        "paul@example.org",
        "vous invite à vendre le samedi 16",
        "invites you to sell on Saturday 16",
        ["9( h|:00)"],
        f"/producer#sale-{w.SALE}",
    ),
    "order_sheet": (
        told(w.settled(w.sheet_line())),
        "paul@example.org",
        "À préparer pour le samedi 16 septembre : 3 paniers",
        "To prepare for Saturday 16 September: 3 baskets",
        ["Ferme des Landes", "12[,.]5 kg Tomates", "50[,.]00"],
        f"/producer/sales/{w.SALE}",
    ),
    "basket_settled": (
        told(w.basket_validated(w.change())),
        "marie@example.org",
        "panier n° 7 diffère",
        "basket no. 7 differs",
        ["1[,.]25 kg → 1 kg", "11[,.]50", "1[,.]00"],
        "/orders",
    ),
    "basket_not_collected": (
        told(w.not_collected()),
        "marie@example.org",
        "panier n° 7 du samedi 16 septembre n’a pas été retiré",
        "basket no. 7 of Saturday 16 September was not collected",
        ["La Halle de Captieux"],
        "/orders",
    ),
    "distribution_to_validate": (
        told(overdue(0)),
        "ada@example.org",
        "pensez à la valider",
        "please validate it",
        ["9"],
        f"/group/42/distributions/{w.SALE}",
    ),
    "producer_not_delivering": (
        told(markets.ParticipationWithdrawn(**PARTICIPATION, version=2, not_delivering=True)),
        "ada@example.org",
        "Ferme des Landes ne livre pas",
        "Ferme des Landes does not deliver",
        [],
        f"/group/42/distributions/{w.SALE}",
    ),
    "payment_account": (
        told(payments.PaymentAccountChanged(producer_id=w.FARM, active=True, version=1)),
        "paul@example.org",
        "versements sont activés",
        "payouts are active",
        ["Ferme des Landes"],
        "/producer/payouts",
    ),
    "payment_account_missing": (
        told(EARNED),
        "paul@example.org",
        "Activez vos versements",
        "Activate your payouts",
        ["Ferme des Landes"],
        "/producer/payouts",
    ),
    "payout_sent": (
        told(w.payout()),
        "paul@example.org",
        "Versement de 1 234,56 €",
        "Payout of €1,234.56",
        ["lundi 25 septembre|Monday 25 September", "16 [sS]eptemb"],
        "/producer/payouts",
    ),
    "payout_failed": (
        told(payments.PayoutFailed(payout_id=w.an_id("payout"), producer_id=w.FARM, amount_cents=5000, error="closed")),
        "paul@example.org",
        "versement de 50,00 € n’a pas abouti",
        "payout of €50.00 did not go through",
        [],
        "/producer/payouts",
    ),
    "payout_held": (
        told(payments.PayoutHeld(producer_id=w.FARM, amount_cents=97050, monday=w.date(2023, 9, 18))),
        "paul@example.org",
        "970,50 € vous attendent",
        "€970.50 are waiting for you",
        ["Ferme des Landes", "lundi 18 septembre|Monday 18 September", "970[,.]50"],
        "/producer/payouts",
    ),
    "dispute_opened": (
        told(w.disputed()),
        "ada@example.org",
        "Paiement de 12,50 € contesté",
        "payment of €12.50 is disputed",
        ["Marie Dupont", "fraudulent", "16 [sS]eptemb"],
        f"/group/42/distributions/{w.SALE}",
    ),
    "dispute_closed": (
        told(w.dispute_closed(won=False)),
        "ada@example.org",
        "Contestation de 12,50 € perdue",
        "dispute over €12.50 is lost",
        ["Marie Dupont", "16 [sS]eptemb"],
        f"/group/42/distributions/{w.SALE}",
    ),
    "dispute_loss": (
        told(w.dispute_loss()),
        "paul@example.org",
        "Un paiement contesté vous coûte 7,25 €",
        "A disputed payment costs you €7.25",
        ["Ferme des Landes", "lundi 25 septembre|Monday 25 September"],
        "/producer/payouts",
    ),
    "duty_vacancies": (
        told(w.duty_called()),
        "marie@example.org",
        "On a besoin de vous le samedi 16 septembre",
        "You are needed on Saturday 16 September",
        ["8 h – 10 h|8:00 – 10:00", "Accueil & caisse", "2 places", "Halle couverte"],
        f"/group/42/duty/{w.SALE}",
    ),
    "duty_reminder": (
        told(w.duty_due()),
        "marie@example.org",
        "Vous êtes de permanence le samedi 16 septembre",
        "You are on duty on Saturday 16 September",
        ["8 h – 10 h|8:00 – 10:00", "Accueil & caisse", "Halle couverte"],
        f"/group/42/duty/{w.SALE}",
    ),
    "duty_cancelled": (
        told(w.sale_cancelled("Tempête & grêle", w.MARIE)),
        "marie@example.org",
        "pas de permanence le samedi 16 septembre",
        "no duty on Saturday 16 September",
        ["Tempête & grêle", "rien à faire|nothing for you to do"],
        "/group/42",
    ),
    "ledger_mismatch": (
        told(w.mismatch()),
        "ada@example.org",
        "1 écart, 0,01 €",
        "1 difference, €0.01",
        ["provider refund txn_1 refund:7", "2[,.]01"],
        "/",
    ),
}
REMINDERS = {"sale_closing", "pickup_reminder", "pickup_reminder_4h"}  # in test_reminders


def in_language(halle, language):
    for person, email in ((w.MARIE, "marie@example.org"), (w.ADA, "ada@example.org"), (w.PAUL, "paul@example.org")):
        name = {"marie@example.org": "Marie", "ada@example.org": "Ada", "paul@example.org": "Paul"}[email]
        halle.hear(w.account(person, email, name, language=language, version=9))


def plain(text):
    return text.replace(formats.NBSP, " ").replace(formats.NARROW, " ").replace("\r\n", "\n")


def arrived(halle, kind, address):
    from sqlalchemy import select

    from services.notifications.models import Delivery

    with halle.db.read() as session:
        ids = [str(one) for one in session.scalars(select(Delivery.id).where(Delivery.kind == kind))]
    return [mail for mail in halle.mail.to(address) if mail["Message-ID"].partition("@")[0].strip("<") in ids]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_mail_says_what_happened_and_where_to_go(halle, kind, language):  # SPEC N1, SPEC N2
    events, address, french, english, facts, link = CASES[kind]
    in_language(halle, language)

    halle.hear(*events(language))
    halle.work()
    halle.later(minutes=3)
    halle.later(hours=1)

    [mail] = arrived(halle, kind, address)
    text, html = (plain(mail.get_body((form,)).get_content()) for form in ("plain", "html"))
    seen = plain(" ".join(unescape(re.sub(r"<(?!anciennes|expired)[^>]+>", " ", html)).split()))
    assert (french if language == "fr" else english) in plain(mail["Subject"])
    for fact in facts:
        assert re.search(fact, text), text
        assert re.search(fact, seen), seen
    assert f"https://clayette.example{link}\n" in text
    assert html.count("<a ") - ("unsubscribe" in html) == 1
    assert f'lang="{language}"' in html


def test_a_dispute_that_is_won_is_told_as_such(halle):  # SPEC N1
    halle.hear(w.dispute_closed(won=True))
    halle.work()

    [mail] = arrived(halle, "dispute_closed", "ada@example.org")
    assert "gagnée" in mail["Subject"]


def test_without_an_operator_a_difference_is_mailed_to_nobody(halle, monkeypatch):  # SPEC F8
    monkeypatch.delenv("OPERATOR_EMAIL")

    halle.hear(w.mismatch())
    halle.work()

    assert halle.mail.messages == []


def test_every_kind_that_is_mailed_is_tried_here():
    assert {kind.name for kind in domain.KINDS.values() if kind.mail} == set(CASES) | REMINDERS


def test_the_market_is_the_sender_and_takes_the_answers(halle):  # SPEC N2
    halle.hear(w.confirmed())
    halle.work()

    [mail] = halle.mail.messages
    assert mail["From"] == "La Halle de Captieux <bonjour@clayette.example>"
    assert mail["Reply-To"] == "La Halle de Captieux <contact@halle.example>"
    assert mail["To"] == "Marie Dupont <marie@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_styles_are_inlined_and_the_dark_is_thought_of(halle):  # SPEC N2
    halle.hear(w.confirmed())
    halle.work()

    html = halle.mail.messages[0].get_body(("html",)).get_content()
    assert 'class="card" style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "width=device-width" in html
    assert "http" not in html.replace("https://clayette.example", "")


def test_names_cannot_smuggle_headers_or_markup(halle):
    halle.hear(
        w.market(name="Halle\r\nBcc: all@example.org\r\n<script>", version=2),
        w.account(w.MARIE, "marie@example.org", "Marie\nX-Evil: 1", '"><img src=x>', version=2),
    )

    halle.hear(w.confirmed())
    halle.work()

    [mail] = halle.mail.messages
    assert halle.mail.recipients == ["marie@example.org"]
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "<img" not in html


def test_an_accented_market_name_survives_in_the_sender(halle):
    halle.hear(w.market(name="Marché de l’Été, « Châtaigne »", version=2), w.confirmed())

    halle.work()

    assert halle.mail.messages[0]["From"].addresses[0].display_name == "Marché de l’Été, « Châtaigne »"


def test_a_change_is_told_once_with_what_was_paid_or_is_given_back(halle):  # SPEC N1 N4 O8
    added = orders.OrderConfirmed(**{**vars(w.confirmed(order_id=w.an_id("added"))), "amendment": 2})
    more = w.amended(amendment=2, refund=0, paid=450)

    halle.hear(w.amended(), w.amended(), added, more)
    halle.work()

    less, grown = arrived(halle, "order_changed", "marie@example.org")
    assert arrived(halle, "order_confirmed", "marie@example.org") == []
    assert "2,50 € vous sont remboursés" in flowing(less)
    assert "complément" not in flowing(less)
    assert "un complément de 4,50 €" in flowing(grown)
    assert "remboursés" not in flowing(grown)


def test_a_basket_of_several_orders_that_its_member_cancelled_is_told_once(halle):  # SPEC N4 O8
    orders_of_it = [w.cancelled(order_id=w.an_id(f"order {n}")) for n in range(3)]
    orders_of_it = [
        orders.OrderCancelled(**{**vars(event), "amendment": 3, "basket_cents": 2100}) for event in orders_of_it
    ]

    halle.hear(*orders_of_it)
    halle.work()

    [mail] = arrived(halle, "order_cancelled", "marie@example.org")
    assert "21,00 €" in flowing(mail)


def test_a_top_up_that_was_not_paid_is_told_as_what_it_is(halle):  # SPEC N1 O8
    halle.hear(orders.OrderExpired(**w.about_order(), total_cents=450, top_up=True))
    halle.work()

    [mail] = arrived(halle, "order_expired", "marie@example.org")
    assert "La modification de votre commande" in mail["Subject"]
    assert "votre panier reste comme il était" in flowing(mail)


def flowing(mail):
    """Its text in one line, with ordinary spaces."""
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_a_producer_without_orders_is_told_that_there_is_nothing_to_prepare(halle):  # SPEC N1
    halle.hear(w.settled())

    halle.work()

    [mail] = halle.mail.to("paul@example.org")
    assert "Pas de commande pour vous" in mail["Subject"]


def test_an_order_sheet_of_a_later_round_goes_only_to_the_producers_whose_sheet_changed(halle):  # SPEC N4
    other = orders.ProducerSheet(
        producer_id=w.an_id("other"), basket_count=1, gross_cents=100, lines=[w.sheet_line("Miel", "1", 100)]
    )
    halle.hear(w.farm(w.JOHN, producer_id=w.an_id("other"), name="Rucher"))
    first, second = w.settled(w.sheet_line()), w.settled(w.sheet_line(quantity="13"), round=2)

    halle.hear(
        orders.SaleOrdersSettled(sale_id=w.SALE, market_id=w.MARKET, order_count=3, producers=[*first.producers, other])
    )
    halle.work()
    halle.hear(
        orders.SaleOrdersSettled(
            sale_id=w.SALE, market_id=w.MARKET, order_count=4, producers=[*second.producers, other], round=2
        )
    )
    halle.work()

    assert len(halle.mail.to("paul@example.org")) == 2
    assert "remplace le précédent" in halle.mail.to("paul@example.org")[1].get_body(("plain",)).get_content()
    assert len(halle.mail.to("john@example.org")) == 1


def test_a_basket_delivered_as_ordered_needs_no_mail(halle):  # SPEC N1
    halle.hear(w.basket_validated())

    halle.work()

    assert halle.mail.messages == []


def test_what_a_change_before_closing_gave_back_is_not_told_again_on_the_day(halle):  # SPEC N1 O8 D2
    amended = dataclasses.replace(w.basket_validated(w.change()), refunded_cents=350)  # 2.50 of them before closing
    dearer = dataclasses.replace(amended, due_cents=1180, owed_cents=30, version=2)

    halle.hear(amended, dearer)
    halle.work()

    for mail in arrived(halle, "basket_settled", "marie@example.org"):
        assert "1,00 € vous sont remboursés" in flowing(mail)


def test_a_basket_that_is_only_dearer_tells_of_no_refund(halle):  # SPEC N1 O8 D2
    halle.hear(dataclasses.replace(w.basket_validated(w.change()), due_cents=1300, refunded_cents=250, owed_cents=50))
    halle.work()

    [mail] = arrived(halle, "basket_settled", "marie@example.org")
    assert "remboursés" not in flowing(mail)


def test_a_decline_that_is_followed_by_a_payment_is_not_mailed(halle):
    halle.hear(payments.PaymentFailed(payment_id=w.an_id("p"), order_id=w.ORDER, **w.about_money()), w.confirmed())

    halle.work()
    halle.later(minutes=5)

    assert [mail["Subject"][:18] for mail in halle.mail.messages] == ["Commande confirmée"]


def test_an_order_that_the_member_gave_up_is_not_mailed_about(halle):
    halle.hear(orders.OrderExpired(**w.about_order(), total_cents=1250, reason="member"))

    halle.work()

    assert halle.mail.messages == []


def test_a_producer_who_can_be_paid_by_now_is_not_reminded(halle):  # SPEC F6
    halle.hear(EARNED, payments.PayoutHeld(producer_id=w.FARM, amount_cents=1000, monday=w.date(2023, 9, 18)))
    halle.hear(payments.PaymentAccountChanged(producer_id=w.FARM, active=True, version=2))

    halle.work()

    assert arrived(halle, "payment_account_missing", "paul@example.org") == []
    assert arrived(halle, "payout_held", "paul@example.org") == []


def test_the_referent_is_asked_to_validate_too(halle):  # SPEC N1
    halle.hear(markets.ReferentAppointed(sale_id=w.SALE, market_id=w.MARKET, account_id=w.JOHN, version=1), overdue(3))

    halle.work()

    assert len(halle.mail.to("ada@example.org")) == 1
    assert "still to be validated" in halle.mail.to("john@example.org")[0]["Subject"]


def test_a_second_verification_link_is_a_second_mail(halle):
    halle.hear(accounts.EmailVerificationRequested(**LINK, language="fr"))
    halle.hear(accounts.EmailVerificationRequested(**(LINK | {"token": "other"}), language="fr"))

    halle.work()

    assert len(halle.mail.messages) == 2


def test_a_token_does_not_stay_in_the_database_after_its_mail(halle):
    from sqlalchemy import select

    from services.notifications.models import Delivery

    halle.hear(accounts.PasswordResetRequested(**LINK, language="fr"))
    halle.work()

    with halle.db.read() as session:
        assert session.scalars(select(Delivery.facts)).all() == [{}]


def test_nobody_is_written_to_after_deleting_the_account(halle):
    halle.hear(w.confirmed(), accounts.AccountDeleted(account_id=w.MARIE))
    halle.hear(w.account(w.MARIE, "marie@example.org", version=50))  # a late word of before

    halle.work()

    assert halle.mail.messages == []


def test_a_farm_is_known_late_and_its_people_still_get_the_sheet(empty):  # SPEC X2
    empty.hear(w.settled(w.sheet_line()))
    empty.work()

    empty.hear(w.market(), w.sale(), w.account(w.PAUL, "paul@example.org", "Paul"))
    empty.hear(catalogs.ProducerChanged.load(w.farm(w.PAUL).dump()))
    empty.later(minutes=2)
    empty.later(minutes=2)

    assert len(empty.mail.to("paul@example.org")) == 1


@pytest.mark.parametrize(
    "event",
    [
        balance_changed(-300, 100, "balance_due", basket_number=7),
        balance_changed(300, 0, "payment"),
        balance_changed(200, -100, "balance_due", basket_number=7),
        balance_changed(-400, 0, "credit_returned"),
    ],
)
def test_nobody_is_asked_to_pay_what_is_not_due(halle, event):  # SPEC D2
    halle.hear(event)

    halle.work()

    assert halle.mail.to("marie@example.org") == []
