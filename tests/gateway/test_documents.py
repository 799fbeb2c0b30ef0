"""Documents on paper and for spreadsheets: read back, and with whatever people type."""

import csv
import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from gateway import documents
from gateway.documents import sheets, views
from gateway.documents.texts import Reader
from tests.gateway.people import refusal
from tests.support.hub import turns_during

HOSTILE = [
    "#set page(fill: red) *gras* _it_ $x^2$ `raw` [x] #panic() <l> @ref",
    "<script>alert(1)</script> & \\u{41} // commentaire /* */",
    "\u202eabc שלום עולם مرحبا",
    "🥕🥬 carottes",
    "M" * 200,
    '=HYPERLINK("http://x")',
    "une ligne\nune autre\ttabulée",
]
MADE = datetime(2026, 9, 9, tzinfo=UTC)
SELLER = {"name": "Ferme", "commune": "Cambes", "postcode": "33880", "siret": "73282932000074", "vat_exempt": False}


def line(name, cents=350):
    return {
        "name": name,
        "unit": "kg",
        "quantity": "1.25",
        "unit_price_cents": 280,
        "vat_bp": 550,
        "gross_cents": cents,
    }


def invoice(*lines, **facts):
    gross = sum(each["gross_cents"] for each in lines)
    return {
        "kind": "invoice",
        "number": "9F3A2C-2026-000123",
        "issued_on": "2026-09-09",
        "delivered_on": "2026-09-09",
        "seller": SELLER,
        "buyer": {"name": "Zoé Martin"},
        "market_name": "Marché",
        "basket_number": 7,
        "lines": list(lines),
        "rates": [{"vat_bp": 550, "gross_cents": gross, "vat_cents": 18, "net_cents": gross - 18}],
        "gross_cents": gross,
        "corrects": None,
        "replaces": None,
    } | facts


def statement(**facts):
    item = {
        "market_name": "Marché",
        "validated_at": "2026-09-05T22:30:00+00:00",
        "kind": "sale",
        "due_since": None,
        "gross_cents": 123456,
        "fee_cents": 3704,
        "commission_cents": 0,
        "amount_cents": 119752,
    }
    figures = {name: item[name] for name in ("gross_cents", "fee_cents", "commission_cents", "amount_cents")}
    return {
        "monday": "2026-09-14",
        "status": "sent",
        "payout_id": "x",
        "carried_because": None,
        "next_run_on": None,
        "seller": SELLER,
        "items": [item],
        "rates": [],
        "invoices": [],
        **figures,
    } | facts


def read(content):
    """(text of all pages without breaks and special blanks, number of pages)."""
    pages = PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text() for page in pages).replace("\u200b", "")
    return " ".join(text.split()), len(pages)


def set_in(view):
    return read(documents.pdf(view, MADE))


def test_a_receipt_on_paper_names_sellers_amounts_and_the_payment(town):  # SPEC O10
    shown = town.member.get(f"/orders/{town.ids['order_id']}/receipt")

    answer = town.member.send("GET", f"/orders/{town.ids['order_id']}/receipt.pdf")

    text, _ = read(answer.data)
    assert answer.mimetype == "application/pdf"
    assert shown["total_cents"] == shown["paid_cents"] == 260
    for expected in (
        "Reçu",
        "Les Jardins du Moulin",
        "33880 Cambes",
        "Carottes",
        "0,5 kg",
        "2,80 €",
        "2,60 €",
        "5,5 %",
    ):
        assert expected in text, text
    assert shown["payments"][0]["reference"] in text


def test_an_invoice_on_paper_says_what_the_law_wants(town):  # SPEC O10 C1
    shown = town.member.get(f"/invoices/{town.ids['invoice_id']}")

    text, _ = read(town.farmer.send("GET", f"/invoices/{town.ids['invoice_id']}.pdf").data)

    for expected in (shown["number"], "Facture", "Les Jardins du Moulin", "Member Dupont", "Total HT", "Total TTC"):
        assert expected in text, text
    assert "0,4 kg" in text  # what was delivered, not what was ordered
    assert "member@example.org" not in text  # SPEC P3


def test_a_document_is_set_once_for_whoever_has_it(town):
    path = f"/invoices/{town.ids['invoice_id']}.pdf"
    first = town.member.send("GET", path)

    again = town.member.send("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    english = town.member.send("GET", path, headers={"Accept-Language": "en", "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert (first.data[:5], town.member.send("GET", path).data) == (b"%PDF-", first.data)
    assert english.status_code in {200, 304}  # the language is the account's


def test_a_statement_is_a_page_a_pdf_and_a_sheet(town):  # SPEC F6
    path = f"/payouts/{town.ids['payout_id']}/statement"
    shown = town.farmer.get(path)

    text, _ = read(town.farmer.send("GET", f"{path}.pdf").data)
    sheet = town.farmer.send("GET", f"{path}.csv")

    assert shown["amount_cents"] == shown["paid_cents"] > 0
    assert "Relevé de versement" in text
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[-1][-1] == f"{shown['amount_cents'] / 100:.2f}".replace(".", ",")
    assert town.farmer.get(f"/producers/{town.ids['producer_id']}/statements/{shown['monday']}") == shown


@pytest.mark.parametrize("path", ["/markets/{market_id}/accounting", "/producers/{producer_id}/accounting"])
def test_accounts_of_a_period_sum_up_as_json_and_in_a_sheet(town, path):  # SPEC F2
    who = town.admin if "markets" in path else town.farmer
    path = path.format(**town.ids) + f"?from={town.ids['monday'][:4]}-01-01&to={town.ids['monday'][:4]}-12-31"
    shown = who.get(path)

    sheet = who.send("GET", f"{path}&format=csv").data.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(sheet), delimiter=";"))
    cents = sum(round(float(row["Montant TTC"].replace(",", ".")) * 100) for row in rows if row["Nature"] == "vente")
    assert cents == shown["totals"]["gross_cents"] == sum(row["gross_cents"] for row in shown["sold"]) > 0


@pytest.mark.parametrize("query", ["", "?from=2026-01-01", "?from=2026-02-01&to=2026-01-01", "?from=x&to=2026-01-01"])
def test_a_period_that_is_none_is_refused_by_field(town, query):  # SPEC X1
    answer = town.admin.send("GET", f"/markets/{town.ids['market_id']}/accounting{query}")

    assert refusal(answer) == (422, "invalid_input")
    assert {each["field"] for each in answer.json["errors"]} <= {"from", "to"}


@pytest.mark.parametrize("monday", ["demain", "2026-02-30", "2026-02-30.pdf", "1999-01-04"])
def test_a_day_that_is_none_is_refused(town, monday):  # SPEC X1
    answer = town.farmer.send("GET", f"/producers/{town.ids['producer_id']}/statements/{monday}")

    assert refusal(answer) == (422, "invalid_input")


def test_a_receipt_before_payment_is_refused(town):  # SPEC X1
    answer = town.member.send("GET", f"/orders/{town.ids['unpaid_order_id']}/receipt.pdf")

    assert refusal(answer) == (409, "receipt_not_ready")


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_people_type_is_printed_and_never_obeyed(typed, language):  # SPEC X4
    seller = SELLER | {"name": typed, "commune": typed}
    answer = invoice(line(typed), seller=seller, buyer={"name": typed}, market_name=typed)

    text, pages = set_in(views.invoice(answer, Reader(language)))

    assert pages >= 1
    if typed.isascii():
        assert text.replace(" ", "").count("".join(typed.split())) >= 4


def test_a_long_invoice_goes_on_with_its_headings_and_numbers_its_pages():
    view = views.invoice(invoice(*(line(f"Produit {n}") for n in range(120))), Reader("fr"))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(documents.pdf(view, MADE))).pages]

    assert len(pages) > 2
    assert all("Désignation" in page for page in pages if "Produit" in page)
    assert all(f"Page {n} / {len(pages)}" in page for n, page in enumerate(pages, start=1))


def test_a_seller_without_vat_says_why():  # SPEC C1
    text, _ = set_in(views.invoice(invoice(line("Pain"), seller=SELLER | {"vat_exempt": True}), Reader("en")))

    assert "TVA non applicable, art. 293 B du CGI" in text
    assert "SIRET 732 829 320 00074" in text


def test_a_credit_note_names_the_invoice_that_it_takes_back():
    former = {"number": "9F3A2C-2026-000007", "issued_on": "2026-09-02"}

    text, _ = set_in(views.invoice(invoice(line("Pain", -350), kind="credit_note", corrects=former), Reader("fr")))

    assert "Avoir" in text
    assert "Annule la facture 9F3A2C-2026-000007 du 2 septembre 2026" in text
    assert "-3,50 €" in text


def test_a_monday_without_money_explains_itself():  # SPEC F6
    held = statement(status="carried_over", payout_id=None, carried_because="account", next_run_on="2026-09-21")

    text, _ = set_in(views.statement(held, Reader("fr")))

    assert "Le compte de paiement n’était pas actif" in text
    assert "Prochain versement possible 21 septembre 2026" in text


def test_a_sheet_holds_no_formula_and_local_days():
    item = statement()["items"][0] | {"market_name": "=1+1"}

    rows = list(
        csv.reader(
            io.StringIO(sheets.statement(statement(items=[item]), Reader("fr")).decode("utf-8-sig")), delimiter=";"
        )
    )

    assert rows[1] == ["2026-09-14", "'=1+1", "2026-09-06", "Vente", "1234,56", "37,04", "0,00", "1197,52"]


def test_the_hub_goes_on_while_a_document_is_set():
    long = views.invoice(invoice(*(line(f"Blé {n}") for n in range(200))), Reader("fr"))

    assert turns_during(lambda: documents.pdf(long, MADE)) > 1
