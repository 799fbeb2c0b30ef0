"""Papers of a distribution's day as texts in the reader's language: one function each, for baskets.typ (SPEC D5)."""

from typing import Any

from gateway.documents.texts import Reader
from gateway.documents.views import Answer, View, block

SIZES = {"S": 8, "M": 10, "L": 12.5, "XL": 16}
"""Points."""


def sign_off(answer: Answer, reader: Reader, *, when: str) -> View:
    """« Liste d'émargement », as its options want it. `when`: day and hours as pages write them."""
    word, shown = reader.word, answer["options"]
    place = answer["place"] or {}
    where = ", ".join(part for part in (place.get("name"), place.get("commune")) if part)
    return _view(
        reader,
        word("sign_off"),
        answer["market_name"],
        when,
        facts=[" · ".join(part for part in (when, where) if part), _count(reader, answer["baskets"])],
        size=SIZES[shown["font_size"]],
        layout=shown["layout"],
        signature=word("signature") if shown["signature"] else "",
        notes=word("notes") if shown["notes"] else "",
        baskets=[_signed(basket, reader) for basket in answer["baskets"]],
    )


def order_sheet(answer: Answer, reader: Reader, *, when: str) -> View:
    """What a producer picks, then what goes into which basket."""
    word = reader.word
    columns = [[word("article"), "w"], [word("quantity"), "r"], [word("gross"), "r"]]
    rows = [
        [line["name"], reader.quantity(line["quantity"], line["unit"]), reader.money(line["gross_cents"])]
        for line in answer["products"]
    ]
    total = [word("total"), "", reader.money(answer["gross_cents"])]
    picked = block(word("to_pick"), columns, rows, total=total if rows else [])
    return _view(
        reader,
        word("order_sheet"),
        answer["producer_name"],
        when,
        facts=[" · ".join(part for part in (answer["market_name"], when) if part), _count(reader, answer["baskets"])],
        chip=word("final" if answer["final"] else "provisional"),
        totals=picked,
        heading=word("by_basket") if rows else "",
        baskets=[_packed(basket, reader) for basket in answer["baskets"]],
    )


def _view(reader: Reader, title: str, brand: str, when: str, **parts: Any) -> View:
    word = reader.word
    return {
        "language": reader.language,
        "page": word("page"),
        "title": title,
        "brand": brand,
        "footer": " · ".join(part for part in (brand, title, when) if part),
        "number": word("no"),
        "whose": word("basket"),
        "total": word("total"),
        "none": word("no_baskets"),
        "size": SIZES["M"],
        "layout": "list",
        "chip": "",
        "totals": block("", [], []),
        "heading": "",
        "signature": "",
        "notes": "",
        **parts,
    }


def _count(reader: Reader, baskets: list[Answer]) -> str:
    return f"{reader.word('baskets')} {len(baskets)}"


def _signed(basket: Answer, reader: Reader) -> View:
    return {
        "number": str(basket["number"]),
        "name": basket["name"],
        "phone": basket["phone"] or "",
        "total": "" if basket["due_cents"] is None else reader.money(basket["due_cents"]),
        "lines": [_line(line, reader, line["delivered"], line["producer_name"]) for line in basket["lines"]],
    }


def _packed(basket: Answer, reader: Reader) -> View:
    return {
        "number": str(basket["basket_number"]),
        "name": basket["customer_name"],
        "phone": "",
        "total": "",
        "lines": [_line(line, reader, line["quantity"]) for line in basket["lines"]],
    }


def _line(line: Answer, reader: Reader, quantity: str, farm: str = "") -> View:
    cents = line.get("delivered_cents")
    return {
        "quantity": reader.quantity(quantity, line["unit"]),
        "name": line["name"],
        "farm": farm,
        "price": "" if cents is None else reader.money(cents),
    }
