"""Papers of the day: what is on them with each option, read back; who gets them; whatever people type."""

from datetime import UTC, datetime
from functools import partial

import pytest

from gateway import documents
from gateway.documents import codes, day, labels
from gateway.documents.texts import Reader
from tests.gateway.people import refusal
from tests.gateway.test_day_pages import browser_of
from tests.gateway.test_documents import HOSTILE, read
from tests.support.hub import turns_during

SHEET = "/group/{number}/distributions/{sale_id}/sheet.pdf"
LABELS = "/group/{number}/distributions/{sale_id}/labels"
FARM_LABELS = "/producer/sales/{sale_id}/{producer_id}/labels.pdf"
ORDERS = "/producer/sales/{sale_id}/{producer_id}/orders.pdf"
PARTS = {"prices": "2,80 €", "phones": "06 12 34 56 78", "products": "Carottes", "signature": "Signature"}
PARTS["notes"] = "Notes"
MADE = datetime(2026, 9, 9, tzinfo=UTC)
ALL = ("prices", "phones", "products", "signature", "notes")


def asked(town, who, path, **ids):
    answer = browser_of(town, who).http.get(path.format(**town.ids | ids), headers={"Accept-Language": "fr"})
    if answer.status_code != 200 or answer.mimetype != "application/pdf":
        return answer.status_code, 0
    return read(answer.data)


def line(name="Carottes", farm="Les Jardins du Moulin"):
    return {
        "name": name,
        "unit": "kg",
        "producer_name": farm,
        "quantity": "1.5",
        "delivered": "1.5",
        "delivered_cents": 280,
        "gross_cents": 280,
    }


def sheet(*names, lines=1, **options):
    """As distributions answers it."""
    shown = dict.fromkeys(ALL, True) | {"layout": "list", "font_size": "M"} | options
    baskets = [
        {
            "number": number,
            "name": name,
            "phone": "06 12 34 56 78" if shown["phones"] else None,
            "due_cents": 280 * lines if shown["prices"] else None,
            "lines": [
                line(name) | ({} if shown["prices"] else {"delivered_cents": None})
                for _ in range(lines if shown["products"] else 0)
            ],
        }
        for number, name in enumerate(names or ("Carottes",), start=1)
    ]
    place = {"name": "Halle", "commune": "Cambes"}
    return {"market_name": "Marché", "day": "2026-09-12", "place": place, "options": shown, "baskets": baskets}


def lots(*names, farm="Les Jardins du Moulin", lines=1):
    items = [
        {
            "basket_id": f"0192f0c1-1111-7222-8333-{number:012d}",
            "basket_number": number,
            "first_name": name,
            "last_name": "Martin",
            "producer_name": farm,
            "lines": [line(name)] * lines,
        }
        for number, name in enumerate(names, start=1)
    ]
    return {"market_name": "Marché", "day": "2026-09-12", "items": items}


def set_on(page, view):
    return read(documents.pdf(view(Reader("fr")), MADE, page))


def signed(*names, **options):
    return set_on("baskets", partial(day.sign_off, sheet(*names, **options), when="samedi 12 septembre"))


def labelled(answer, **options):
    return set_on("labels", partial(labels.view, answer, **{"sheet": "3x8", "first": 1} | options))


def test_the_list_to_sign_is_a_pdf_for_those_who_settle(town):  # SPEC D5
    text, pages = asked(town, "referent", SHEET)

    assert pages == 1
    for expected in ("Liste d’émargement", "Marché de la Halle", "Halle, Cambes", "Member Dupont", "Carottes", "1 kg"):
        assert expected in text, text
    assert "Les Jardins du Moulin" in text
    assert "Signature" in text


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("layout", ["list", "pages"])
def test_an_option_shows_its_part_and_nothing_else(part, layout):  # SPEC D5
    nothing = dict.fromkeys(ALL, False) | {"layout": layout}

    without, _ = signed("Zoé", **nothing)
    prices = {"products": True} if part == "prices" else {}
    name = "Carottes" if part in {"products", "prices"} else "Zoé"
    text, _ = signed(name, **nothing | {part: True} | prices)

    assert PARTS[part] in text
    assert not [each for each in PARTS.values() if each in without], without


def test_one_basket_a_page_or_all_in_a_list(town):  # SPEC D5
    _, in_a_list = signed("Zoé", "Awa", "Luc")
    _, one_each = signed("Zoé", "Awa", "Luc", layout="pages")

    assert (in_a_list, one_each) == (1, 3)
    assert asked(town, "admin", f"{SHEET}?layout=pages&font_size=XL&show=products")[1] == 1
    assert "Signature" not in asked(town, "admin", f"{SHEET}?layout=pages&font_size=XL&show=products")[0]


def test_larger_letters_take_more_pages():  # SPEC D5
    names = [f"Client {n}" for n in range(60)]

    pages = [signed(*names, font_size=size, lines=3)[1] for size in ("S", "M", "L", "XL")]

    assert pages == sorted(set(pages))


def test_an_option_that_is_none_is_refused_by_field(town):  # SPEC X1
    answer = town.admin.send("GET", f"/sales/{town.ids['sale_id']}/sign-off-sheet.pdf?font_size=XXL")

    assert refusal(answer) == (422, "invalid_input")
    assert [each["field"] for each in answer.json["errors"]] == ["font_size"]


@pytest.mark.parametrize("who", ["member", "other_admin", "other_referent", "other_farmer"])
@pytest.mark.parametrize("path", [SHEET, f"{LABELS}.pdf", ORDERS, FARM_LABELS])
def test_papers_are_not_there_for_others(town, who, path):  # SPEC P3 X4
    assert asked(town, who, path)[0] == 404


def test_a_farm_has_only_the_papers_of_its_own(town):  # SPEC P3 M6
    foreign = {"producer_id": town.ids["foreign_producer_id"]}

    assert asked(town, "farmer", SHEET)[0] == 404
    assert asked(town, "farmer", ORDERS, **foreign)[0] == 404
    assert asked(town, "farmer", FARM_LABELS, **foreign)[0] == 404


def test_labels_say_the_number_the_name_and_what_the_lot_holds(town):  # SPEC D5 M6
    texts = [asked(town, "farmer", FARM_LABELS), asked(town, "admin", f"{LABELS}.pdf?sheet=2x7")]

    for text, pages in texts:
        assert pages == 1
        for expected in ("Member Dupont", "Les Jardins du Moulin", "1 kg Carottes", "0,3 kg Tomme", "2 Batavia"):
            assert expected in text, text


def test_the_code_of_a_label_leads_to_the_basket(town):  # SPEC D5
    lot = town.farmer.get(f"/sales/{town.ids['sale_id']}/lot-labels")["items"][0]

    assert lot["qr"] == codes.address(town.ids["basket_id"])
    assert lot["qr"].endswith(f"/baskets/{town.ids['basket_id']}")
    assert codes.drawing(lot["basket_id"]).startswith("<svg")


@pytest.mark.parametrize(("sheet_name", "most"), [("3x8", 24), ("3x7", 21), ("2x7", 14)])
def test_labels_begin_at_the_first_free_one(sheet_name, most):  # SPEC D5
    full = lots(*(f"Client{n}" for n in range(most)))

    whole, begun = labelled(full, sheet=sheet_name), labelled(full, sheet=sheet_name, first=2)

    assert (whole[1], begun[1]) == (1, 2)


@pytest.mark.parametrize("wrong", ["first=25", "sheet=2x7&first=15", "first=0", "first=x", "sheet=5x5"])
def test_a_label_that_is_not_on_the_sheet_is_refused_at_its_field(town, wrong):  # SPEC X1
    answer = browser_of(town, "admin").get(f"{LABELS}.pdf?{wrong}".format(**town.ids))
    machine = town.admin.send("GET", f"/sales/{town.ids['sale_id']}/lot-labels.pdf?{wrong}")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert refusal(machine) == (422, "invalid_input")


def test_a_lot_that_is_too_much_for_its_label_says_how_many_more():
    text, pages = labelled(lots("Zoé", lines=60))

    assert pages == 1
    assert "autres produits" in text


def test_a_producers_sheet_has_sums_first_and_says_whether_it_is_final(town):  # SPEC S6
    final, _ = asked(town, "farmer", ORDERS)
    provisional, _ = asked(town, "farmer", ORDERS, sale_id=town.ids["open_sale_id"])

    assert final.index("À récolter et préparer") < final.index("Carottes") < final.index("Par panier")
    assert final.index("Par panier") < final.index("Member Dupont")
    assert "définitif" in final
    assert "provisoire" in provisional


@pytest.mark.parametrize("typed", [*HOSTILE, "W" * 500])
def test_what_people_type_is_printed_and_never_obeyed(typed):  # SPEC X4
    texts = [signed(typed, layout=layout, font_size=size)[0] for layout in ("list", "pages") for size in ("S", "XL")]
    _, pages = labelled(lots(typed, farm=typed))

    assert pages == 1
    if typed.isascii():
        assert all("".join(typed.split()) in "".join(text.split()) for text in texts)


def test_nothing_to_sign_is_said():
    assert "Aucun panier" in signed_nothing()


def signed_nothing():
    return set_on("baskets", partial(day.sign_off, sheet() | {"baskets": []}, when=""))[0]


def test_the_hub_goes_on_while_labels_are_set():
    assert turns_during(lambda: labelled(lots(*(f"Client {n}" for n in range(100))))) > 1
