"""Receipts, invoices and statements as texts in the reader's language: one function each, for document.typ."""

from collections.abc import Sequence
from typing import Any

from gateway.documents.texts import Reader

Answer = dict[str, Any]
View = dict[str, Any]


def invoice(answer: Answer, reader: Reader) -> View:
    word = reader.word
    facts = [
        [word("issued_on"), reader.day(answer["issued_on"])],
        [word("delivered_on"), reader.day(answer["delivered_on"])],
        [word("market"), answer["market_name"]],
        [word("basket"), str(answer["basket_number"])],
    ]
    former = {name: answer[name] for name in ("corrects", "replaces") if answer[name]}
    facts += [
        [word(name), f"{row['number']} {word('of_day')} {reader.day(row['issued_on'])}"] for name, row in former.items()
    ]
    is_credit = answer["kind"] == "credit_note"
    exempt = [word("vat_exempt") + "."] if answer["seller"]["vat_exempt"] else [word("vat_rounding")]
    return _view(
        reader,
        word(answer["kind"]),
        answer["number"],
        answer["seller"]["name"],
        facts=facts,
        parties=[
            {"heading": word("seller"), "lines": reader.seller(answer["seller"])},
            {"heading": word("buyer"), "lines": [answer["buyer"]["name"]]},
        ],
        blocks=[_lines(reader, "", answer["lines"]), _rates(reader, "vat_by_rate", answer["rates"])],
        sums=_sums(reader, answer["rates"], answer["gross_cents"]),
        mentions=[*exempt, word("credited" if is_credit else "settled_through"), word("issued_for")],
    )


def receipt(answer: Answer, reader: Reader) -> View:
    word, zone = reader.word, answer["time_zone"]
    facts = [
        [word("ordered_at"), reader.day(answer["ordered_at"], zone)],
        [word("market"), answer["market_name"]],
        [word("basket"), str(answer["basket_number"])],
        [word("state"), word(f"state.{answer['state']}")],
    ]
    if answer["delivered_at"]:
        facts.append([word("delivered_at"), reader.day(answer["delivered_at"], zone)])
    blocks = [
        _lines(reader, seller["name"], seller["lines"], reader.seller(seller)[1:], seller["gross_cents"])
        for seller in answer["sellers"]
    ]
    blocks += [_rates(reader, "vat_by_rate", answer["rates"]), _money(reader, answer)]
    if answer["invoices"]:
        blocks.append(_invoices(reader, answer["invoices"]))
    net = answer["paid_cents"] - answer["refunded_cents"]
    sums = [
        ["total_order", answer["total_cents"]],
        ["paid", answer["paid_cents"]],
        ["refunded", -answer["refunded_cents"]],
    ]
    if answer["elsewhere_cents"]:
        sums.append(["elsewhere", answer["elsewhere_cents"]])
    sums.append(["charged", net])
    return _view(
        reader,
        word("receipt"),
        f"{word('basket')} {answer['basket_number']}",
        answer["market_name"],
        facts=facts,
        parties=[{"heading": word("buyer"), "lines": [answer["buyer"]["name"]]}],
        blocks=blocks,
        sums=[[word(name), reader.money(cents)] for name, cents in sums],
        mentions=[word("vat_rounding"), word("receipt_note")],
    )


def statement(answer: Answer, reader: Reader) -> View:
    word = reader.word
    facts = [[word("monday"), reader.day(answer["monday"])], [word("status"), word(f"status.{answer['status']}")]]
    mentions = [word("statement_note")]
    if answer["carried_because"]:
        facts.append([word("expected_on"), reader.day(answer["next_run_on"])])
        mentions.insert(0, word(f"because.{answer['carried_because']}"))
    sums = [
        ["total_gross", answer["gross_cents"]],
        ["fee", -answer["fee_cents"]],
        ["commission", -answer["commission_cents"]],
        ["to_pay" if answer["payout_id"] else "left_over", answer["amount_cents"]],
    ]
    blocks = [_items(reader, answer["items"])]
    if answer["rates"]:
        blocks.append(_rates(reader, "vat_sold", answer["rates"]))
    if answer["invoices"]:
        blocks.append(_invoices(reader, answer["invoices"]))
    return _view(
        reader,
        word("statement"),
        reader.day(answer["monday"]),
        answer["seller"]["name"],
        facts=facts,
        parties=[{"heading": word("producer"), "lines": reader.seller(answer["seller"])}],
        blocks=blocks,
        sums=[[word(name), reader.money(cents)] for name, cents in sums],
        mentions=mentions,
    )


def kind(reader: Reader, item: Answer) -> str:
    """Why an item is on a statement."""
    since = item["due_since"]
    carried = f" ({reader.word('due_since')} {reader.day(since)})" if since else ""
    return reader.word(item["kind"]) + carried


def _view(reader: Reader, title: str, number: str, brand: str, **parts: Any) -> View:
    return {
        "language": reader.language,
        "page": reader.word("page"),
        "title": title,
        "number": number,
        "brand": brand,
        "footer": f"{brand} · {title} {number}",
        **parts,
    }


def block(heading: str, columns: Sequence[Sequence[str]], rows: list[list[str]], **more: Any) -> View:
    """`columns`: title and l (left), r (right) or w (left, takes the width that is left)."""
    return {"heading": heading, "columns": columns, "rows": rows, "notes": [], "total": []} | more


def _lines(
    reader: Reader, heading: str, lines: list[Answer], notes: Sequence[str] = (), total: int | None = None
) -> View:
    word = reader.word
    columns = [[word("article"), "w"], *([word(name), "r"] for name in ("quantity", "unit_price", "vat_rate", "gross"))]
    rows = [
        [
            line["name"],
            reader.quantity(line["quantity"], line["unit"]),
            reader.money(line["unit_price_cents"]),
            reader.rate(line["vat_bp"]),
            reader.money(line["gross_cents"]),
        ]
        for line in lines
    ]
    foot = [] if total is None else [word("total"), "", "", "", reader.money(total)]
    return block(heading, columns, rows, notes=list(notes), total=foot)


def _rates(reader: Reader, heading: str, rates: list[Answer]) -> View:
    word = reader.word
    columns = [[word("vat_rate"), "w"], *([word(name), "r"] for name in ("net", "vat", "gross"))]
    names = ("net_cents", "vat_cents", "gross_cents")
    rows = [[reader.rate(rate["vat_bp"]), *(reader.money(rate[name]) for name in names)] for rate in rates]
    total = [word("total"), *(reader.money(sum(rate[name] for rate in rates)) for name in names)]
    return block(word(heading), columns, rows, total=total)


def _sums(reader: Reader, rates: list[Answer], gross: int) -> list[list[str]]:
    sums = {
        "total_net": sum(rate["net_cents"] for rate in rates),
        "total_vat": sum(rate["vat_cents"] for rate in rates),
    }
    return [[reader.word(name), reader.money(cents)] for name, cents in (sums | {"total_gross": gross}).items()]


def _money(reader: Reader, answer: Answer) -> View:
    word, zone = reader.word, answer["time_zone"]
    paid = [
        [
            reader.day(each["at"], zone),
            word(f"payment.{each['kind']}", "payment.other"),
            each["reference"] or "",
            reader.money(each["amount_cents"]),
        ]
        for each in answer["payments"]
    ]
    back = [
        [
            reader.day(each["at"] or each["asked_at"], zone),
            word(_refund_word(each)),
            "",
            reader.money(-each["amount_cents"]),
        ]
        for each in answer["refunds"]
    ]
    columns = [[word("day"), "l"], [word("what"), "l"], [word("reference"), "w"], [word("amount"), "r"]]
    return block(word("payments"), columns, paid + back)


def _refund_word(refund: Answer) -> str:
    if refund["kind"] == "credit":
        return "refund_credit"
    return "refund" if refund["at"] else "refund_pending"


def _invoices(reader: Reader, invoices: list[Answer]) -> View:
    word = reader.word
    columns = [
        [word("number"), "l"],
        [word("kind"), "w"],
        [word("issued_on"), "r"],
        [word("vat"), "r"],
        [word("gross"), "r"],
    ]
    rows = [
        [
            each["number"],
            " · ".join(part for part in (word(each["kind"]), each.get("producer_name", "")) if part),
            reader.day(each["issued_on"]),
            reader.money(each["vat_cents"]),
            reader.money(each["gross_cents"]),
        ]
        for each in invoices
    ]
    return block(word("invoices"), columns, rows)


def _items(reader: Reader, items: list[Answer]) -> View:
    word = reader.word
    columns = [[word("sale"), "w"], *([word(name), "r"] for name in ("gross", "fee", "commission", "share"))]
    rows = [
        [
            f"{item['market_name']}, {word('validated_on')} {reader.day(item['validated_at'])} · {kind(reader, item)}",
            reader.money(item["gross_cents"]),
            reader.money(-item["fee_cents"]),
            reader.money(-item["commission_cents"]),
            reader.money(item["amount_cents"]),
        ]
        for item in items
    ]
    return block(word("sales"), columns, rows)
