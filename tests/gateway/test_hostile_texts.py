"""Hostile names and texts on pages, in files, on paper and in mails: they show as typed and do nothing (SPEC X4)."""

import io
import re
import zipfile
from datetime import timedelta
from urllib.parse import quote

import pytest

from gateway.sheets import rows_of
from tests.gateway.people import Client, wait_for
from tests.gateway.test_pages import HTML, Browser
from tests.support.hostile import LINES, PARAGRAPH, TEXTS, Seen, one_line
from tests.support.hostile_market import open_market, stock_farm

pytestmark = pytest.mark.timeout(600)
NUMBER = re.compile(r"-?\d+(,\d+)?")
BUYERS = ("attribute", "at")
AS_ADMIN = ["/group/{number}", "/group/{number}/members", "/group/{number}/settings/texts", "/group/{number}/poster"]
AS_ADMIN += ["/group/{number}/producers", "/group/{number}/settings/place", "/group/{number}/catalogs", "/markets"]
AS_ADMIN += ["/group/{number}/distributions", "/group/{number}/shop/{sale_id}", "/catalog/{catalog_number}"]
AS_ADMIN += ["/producers/{producer_id}", "/group/{number}/catalogs/directory?near=33880&within_km=200"]
DAY = "/group/{number}/distributions/{sale_id}"
AS_ADMIN += [DAY + part for part in ("", "/sheet", "/missing", "/declarations", "/validation", "/money", "/catalogs")]
AS_ADMIN += [DAY + part for part in ("/referent", "/edit", "/cancellation")]
AS_ADMIN += ["/baskets/{basket_id}", "/baskets/{basket_id}/trail"]
FARM, SALE = "/producer/{producer_id}", "/producer/sales/{sale_id}"
AS_FARMER = ["/producer", FARM, *(f"{FARM}/{part}" for part in ("products", "catalogs", "payouts", "invoices"))]
AS_FARMER += [f"{FARM}/products/{{product_id}}", f"{FARM}/catalogs/{{catalog_id}}", f"{FARM}/invoices/{{invoice_id}}"]
AS_FARMER += [SALE, f"{SALE}/labels", f"{SALE}/declarations", f"{SALE}/not-delivering/{{catalog_id}}"]
AS_BUYER = ["/orders", "/orders/{order_id}", "/orders/{order_id}/receipt", "/account", "/notices", "/balances"]
AS_BUYER += ["/sales/{sale_id}/basket", "/account/sessions", "/account/preferences"]
LOOKED_AT = {"admin": AS_ADMIN, "farmer": AS_FARMER, "buyer": AS_BUYER}
FILES = {"admin": ["/group/{number}/members", DAY + "/sheet"], "farmer": [f"{FARM}/catalogs/{{catalog_id}}/export"]}
FILES["farmer"] += [f"{SALE}/{{producer_id}}/orders"]


@pytest.fixture(scope="module")
def ill(town):
    """{name: id}; with two paid baskets, validated and invoiced."""
    admin, farmer = (
        Client(town.app, f"ill-{who}", first_name=TEXTS["link"], last_name=TEXTS["script"]) for who in ("a", "f")
    )
    keys = list(TEXTS)
    members = {
        first: Client(town.app, f"ill-{first}", first_name=TEXTS[first], last_name=TEXTS[last])
        for first, last in zip(keys[::2], keys[1::2], strict=True)
    }
    ids = stock_farm(farmer.ok) | open_market(admin.ok)
    town._open_payment_account(farmer, f"/producers/{ids['producer_id']}")
    market = f"/markets/{ids['market_id']}"
    wait_for("the catalogue", lambda: admin.ok("POST", f"{market}/catalogs", {"catalog_id": ids["catalog_id"]}))
    for person in members.values():
        person.ok("POST", f"{market}/members")
    whose = {"admin": admin, "farmer": farmer, "market_id": ids["market_id"], "catalog_id": ids["catalog_id"]}
    ids["sale_id"] = town.plan(0, 1, **whose)
    town.wait_until_open(ids["sale_id"], offers=len(TEXTS))
    orders = [_buy(town, members[key], ids) for key in BUYERS]
    town.move(timedelta(hours=2, minutes=1))
    wait_for("the last orders", lambda: admin.get(f"/sales/{ids['sale_id']}/distribution")["orders_settled"])
    admin.ok("POST", f"/sales/{ids['sale_id']}/validation")
    invoices = wait_for("the invoice", lambda: members[BUYERS[0]].get("/me/invoices")["items"])
    ids |= {"invoice_id": invoices[0]["invoice_id"], **{key: orders[0][key] for key in ("order_id", "basket_id")}}
    people = {"admin": admin, "farmer": farmer, "buyer": members[BUYERS[0]]}
    return ids | {"people": people, "browsers": {who: Browser(town, person) for who, person in people.items()}}


def _buy(town, person, ids):
    lines = [{"product_id": key, "quantity": "1", "unit_price_cents": 300} for key in ids["product_ids"]]
    order = person.ok("POST", "/orders", {"sale_id": ids["sale_id"], "lines": lines})
    town.pay(person, order["order_id"])
    return order


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in LOOKED_AT.items() for path in paths])
def test_nothing_typed_runs_on_a_page(ill, who, path):  # SPEC X4
    answer = ill["browsers"][who].http.get(path.format(**ill), headers=HTML)

    assert answer.status_code == 200, answer.text[:800]
    assert Seen(answer.text).harm == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("admin", "/group/{number}/members"),
        ("admin", "/group/{number}/shop/{sale_id}"),
        ("admin", "/producers/{producer_id}"),
        ("admin", DAY + "/sheet"),
        ("farmer", f"{FARM}/products"),
        ("farmer", f"{FARM}/catalogs/{{catalog_id}}"),
        ("farmer", SALE),
        ("buyer", "/orders/{order_id}"),
    ],
)
def test_texts_show_as_typed(ill, who, path):
    seen = Seen(ill["browsers"][who].get(path.format(**ill)).text)

    assert [text for text in TEXTS.values() if one_line(text) not in seen.text] == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_asked_in_an_address_only_shows(ill, town, text):  # SPEC X4
    admin, farmer = ill["browsers"]["admin"], ill["browsers"]["farmer"]
    asked = quote(text)
    shop, products = f"/group/{ill['number']}/shop/{ill['sale_id']}", f"{FARM}/products".format(**ill)
    pages = [
        admin.get(f"/?near={asked}"),
        admin.get(f"{shop}?search={asked}&group={asked}&category={asked}"),
        admin.get(f"/group/{ill['number']}/catalogs/directory?near={asked}&grows={asked}&within_km={asked}"),
        admin.get(f"/group/{ill['number']}/catalogs?number={asked}"),
        Browser(town).get(f"/log-in?next={asked}"),
        admin.get(f"/verify?token={asked}"),
        admin.get(f"/reset?token={asked}"),
        members := admin.get(f"/group/{ill['number']}/members?search={asked}"),
        found := farmer.get(f"{products}?search={asked}"),
    ]

    assert [Seen(each.text).harm for each in pages if each.status_code == 500 or Seen(each.text).harm] == []
    assert "@" in text or re.search(r"ill-[a-z]+@", members.text), "found by the name"
    assert len(re.findall(r"data-product=", found.text)) == 1 or text == TEXTS["link"], "SQL’s wildcards are letters"


def test_a_refused_form_shows_what_was_typed_and_nothing_runs(ill, town):  # SPEC X1 X4
    admin, farmer = ill["browsers"]["admin"], ill["browsers"]["farmer"]
    for text in (*TEXTS.values(), LINES, PARAGRAPH):
        answers = [
            admin.post("/markets/new", **{"name": text, "place.name": text, "place.postcode": text}),
            admin.post(f"/group/{ill['number']}/settings/texts", name=text, contact_email=text, version="1"),
            admin.post(f"/group/{ill['number']}/members/new", addresses=text),
            farmer.post("/producer/new", name=text, commune=text, postcode=text, siret=text),
            farmer.post(f"{FARM}/products/new".format(**ill), name=text, category=text, unit="kg"),
            Browser(town).post("/sign-up", email=text, first_name=text, last_name=text, password=text[:5]),
            Browser(town).post("/log-in", email=text, password=text, next=text),
        ]
        for answer in answers:
            assert 400 <= answer.status_code < 500
            seen = Seen(answer.text)
            assert seen.harm == []
            assert one_line(text) in seen.text


def test_a_name_of_several_lines_is_refused_at_its_field(ill, town):  # SPEC X1 X4
    person = {"email": "ill-lines@example.org", "password": "un panier de pommes", "last_name": "Martin"}
    place = {"place.name": "Halle", "place.postcode": "33880", "place.commune": "Cambes"}

    signed_up = Browser(town).post("/sign-up", **person, first_name=LINES)
    made = ill["browsers"]["admin"].post("/markets/new", kind="association", name=LINES, **place)

    for answer in (signed_up, made):
        assert answer.status_code == 422
        assert answer.text.count("Ce texte n’est pas valable.") == 2, "in the summary and at the field"


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in FILES.items() for path in paths])
def test_no_cell_of_a_spreadsheet_is_calculated(ill, who, path):
    sheet, book = (ill["browsers"][who].http.get(f"{path}.{kind}".format(**ill)) for kind in ("csv", "xlsx"))

    cells = [cell for row in rows_of(sheet.data) for cell in row]
    with zipfile.ZipFile(io.BytesIO(book.data)) as parts:
        drawn = parts.read("xl/worksheets/sheet1.xml").decode()
    assert [c for c in cells if c.startswith(tuple("=+-@\t\r\n")) and not NUMBER.fullmatch(c)] == []
    assert any(TEXTS["formula"] in cell for cell in cells)
    assert "<f>" not in drawn
    assert "hyperlink" not in drawn


def test_an_exported_catalogue_imports_again_as_it_was(ill):  # SPEC C3
    farmer, path = ill["browsers"]["farmer"], f"{FARM}/catalogs/{{catalog_id}}".format(**ill)

    for kind in ("csv", "xlsx"):
        sheet = farmer.http.get(f"{path}/export.{kind}").data
        answer = farmer.post(f"{path}/import", file=(io.BytesIO(sheet), f"prix.{kind}"), missing="keep")

        assert "Ce fichier ne change rien." in answer.text, Seen(answer.text).text


def test_hostile_cells_of_an_import_are_shown_before_they_are_written(ill):  # SPEC C3 X4
    farmer, path = ill["browsers"]["farmer"], f"{FARM}/catalogs/{{catalog_id}}/import".format(**ill)
    quoted = ['"{}"'.format(text.replace('"', '""')) for text in TEXTS.values()]
    new = "\r\n".join(["Nom;Catégorie;Unité;Prix", *(f'"Neuf "{text};légumes racines;kg;2' for text in TEXTS)])
    wrong = "\r\n".join(["Nom;Catégorie;Unité;Prix", *(";".join([text] * 4) for text in quoted)])

    for sheet in (new, wrong):
        answer = farmer.post(path, file=(io.BytesIO(sheet.encode()), "x.csv"), missing="keep")

        assert answer.status_code in {200, 422}
        assert Seen(answer.text).harm == []
    assert [text for text in TEXTS.values() if one_line(text)[:30] not in Seen(answer.text).text] == []


def test_documents_on_paper_are_made_and_calendars_keep_their_lines(ill):
    farmer, buyer = ill["browsers"]["farmer"], ill["browsers"]["buyer"]

    papers = [farmer.http.get(f"{FARM}/invoices/{{invoice_id}}.pdf".format(**ill))]
    papers += [
        buyer.http.get(path.format(**ill)) for path in ("/orders/{order_id}/receipt.pdf", "/invoices/{invoice_id}.pdf")
    ]
    calendar = buyer.http.get("/orders/{order_id}/pickup.ics".format(**ill)).data.decode()

    assert {(paper.status_code, paper.data[:5]) for paper in papers} == {(200, b"%PDF-")}
    lines = calendar.replace("\r\n ", "").split("\r\n")
    assert not re.search(r"[\r\n\u2028\u0085]", "".join(lines))
    assert {line.partition(":")[0] for line in lines if line} <= {
        *("BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION"),
        *("DESCRIPTION", "ACTION", "TRIGGER"),
    }


def test_names_put_no_header_and_nothing_that_runs_into_mails(ill, town):  # SPEC X4
    confirmed = wait_for("the mail of an order", lambda: town.mails.to("ill-attribute@example.org")[1:])
    mails = [*confirmed, *town.mails.to("ill-a@example.org"), *town.mails.to("ill-f@example.org")]

    for mail in mails:
        assert mail["Bcc"] is None
        assert [name for name, value in mail.items() if "\n" in value or "\r" in value] == []
        assert mail["To"].addresses[0].addr_spec.startswith("ill-")
        assert Seen(mail.get_body(("html",)).get_content()).harm == []


def test_files_are_named_in_one_line(ill):
    for who, paths in FILES.items():
        for path in paths:
            told = ill["browsers"][who].http.get(f"{path}.csv".format(**ill)).headers["Content-Disposition"]
            assert re.fullmatch(r"attachment; filename=[\w.-]+", told), told
