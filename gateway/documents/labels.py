"""Sheets of labels that one buys, and how a lot is written on one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.documents import Verbatim, codes
from gateway.documents.texts import Reader
from services.distributions.schemas import LabelsQuery
from shared.errors import InvalidInput, Refused
from shared.fields import flatten


@dataclass(frozen=True)
class Sheet:
    """A4; millimetres. `left` and `top` are outside of the labels, `gap` is between columns; rows touch each other."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap: float

    @property
    def labels(self) -> int:
        return self.columns * self.rows


SHEETS = {
    "3x8": Sheet(3, 8, 70, 37, 0, 0.5, 0),
    "3x7": Sheet(3, 7, 63.5, 38.1, 7.25, 15.15, 2.5),
    "2x7": Sheet(2, 7, 99.1, 38.1, 4.65, 15.15, 2.5),
}


class LabelOptions(LabelsQuery):
    """`sheet`: columns × rows. `first`: the first free label, counted line by line."""

    sheet = fields.String(load_default="3x8", validate=validate.OneOf(list(SHEETS)))
    first = fields.Integer(load_default=1, validate=validate.Range(1))

    @validates_schema
    def _on_the_sheet(self, data: dict[str, Any], **_kwargs: Any) -> None:
        most = SHEETS[data["sheet"]].labels
        if data["first"] > most:
            raise ValidationError(f"Must be less than or equal to {most}.", "first")


def options_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """As typed in a form or an address; what is left empty is the default."""
    try:
        options: dict[str, Any] = LabelOptions().load({name: value for name, value in typed.items() if value})
    except ValidationError as fault:
        raise Refused.of(InvalidInput(errors=flatten(fault.messages))) from None
    return options


def view(answer: dict[str, Any], reader: Reader, *, sheet: str, first: int) -> dict[str, Any]:
    """For labels.typ. A basket's code is drawn once, on however many lots it is."""
    title = reader.word("lot_labels")
    drawn = {lot["basket_id"]: Verbatim(codes.drawing(lot["basket_id"])) for lot in answer["items"]}
    at = {basket_id: index for index, basket_id in enumerate(drawn)}
    return {
        "language": reader.language,
        "title": f"{title} · {reader.day(str(answer['day']))}",
        "brand": answer["market_name"],
        "sheet": asdict(SHEETS[sheet]),
        "skipped": first - 1,
        "more": reader.word("more_products"),
        "none": reader.word("no_labels"),
        "labels": [_label(lot, reader) | {"code": at[lot["basket_id"]]} for lot in answer["items"]],
        "codes": list(drawn.values()),
    }


def _label(lot: dict[str, Any], reader: Reader) -> dict[str, Any]:
    return {
        "number": str(lot["basket_number"]),
        "name": f"{lot['first_name']} {lot['last_name']}".strip(),
        "farm": lot["producer_name"],
        "lines": [f"{reader.quantity(line['quantity'], line['unit'])}\u00a0{line['name']}" for line in lot["lines"]],
    }
