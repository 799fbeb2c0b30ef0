"""« Permanences » of a distribution: who is needed, signing up and stepping back, and setting them (SPEC M7)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.rpc import ServiceUnavailable
from gateway.web.administration import administered
from gateway.web.formats import _local
from gateway.web.forms import Form
from gateway.web.market import market_of
from gateway.web.pages import Answer, ensure_known, go, local, page
from services.markets.schemas.duty import MOST_SHIFTS
from shared.errors import NotFound, Refused

blp = Blueprint("duty_pages", __name__)
DUTY = "/group/<int:number>/duty/<uuid:sale_id>"
SETTING = "/group/<int:number>/distributions/<uuid:sale_id>/duty"
BLANK_ROWS = 2
LEAST_ROWS = 3


def needs(sale_id: UUID | None = None) -> list[Any]:
    """Where the reader may lend a hand, for a card on pages about something else: these do without while markets is away."""
    if g.get("account_id") is None:
        return []
    try:
        found: list[Any] = ask("markets.my_duty", {"sale_id": sale_id} if sale_id else {})["items"]
    except ServiceUnavailable:
        return []
    return found


@blp.get(DUTY)
def shifts(number: int, sale_id: UUID) -> Answer:
    """Administrators and the référent read here who comes, with phones, also on paper."""
    ensure_known()
    market = market_of(number)
    return page("duty/duty.html", market=market, duty=_duty_of(market, sale_id))


@blp.post(f"{DUTY}/<uuid:shift_id>")
def answer(number: int, sale_id: UUID, shift_id: UUID) -> Answer:
    """« Je m’inscris » and « Je me désiste », from the page of the shifts or from a card (`back`)."""
    ensure_known()
    form = Form.posted()
    args = {"sale_id": sale_id, "shift_id": shift_id}
    if form.flag("comes"):
        done, word = form.send("markets.sign_up_for_duty", args), _("Merci ! Vous êtes de permanence.")
    else:
        done, word = form.send("markets.withdraw_from_duty", args), _("C’est noté : votre place est libre.")
    back = local(form["back"], f"/group/{number}/duty/{sale_id}")
    if done is None:
        return go(back, word=form.trouble or next(iter(form.errors.values())), kind="trouble")
    return go(back, word=word)


@blp.get(SETTING)
def edit(number: int, sale_id: UUID) -> Answer:
    market = administered(number, "distributions")
    duty = _duty_of(market, sale_id)
    return _setting(market, duty, _form_of(duty))


@blp.post(SETTING)
def save(number: int, sale_id: UUID) -> Answer:
    """All rows at once; one without role and places is none. `do=more`: room for further ones."""
    market = administered(number, "distributions")
    form = Form.posted()
    if form["do"] == "more":
        form.values["rows"] = min(_rows(form) + LEAST_ROWS, MOST_SHIFTS)
        return _setting(market, _duty_of(market, sale_id), form)
    kept = [row for row in range(_rows(form)) if _is_meant(form, row)]
    wanted = {"sale_id": sale_id, "version": form.integer("version"), "shifts": [_shift(form, row) for row in kept]}
    if form.send("markets.set_duty_shifts", wanted) is None:
        form.errors = {_field_of(name, kept): sentence for name, sentence in form.errors.items()}
        return _setting(market, _duty_of(market, sale_id), form)
    return go(f"/group/{number}/duty/{sale_id}", word=_("Les permanences sont enregistrées."))


def _duty_of(market: Any, sale_id: UUID) -> Any:
    duty = ask("markets.duty_shifts", {"sale_id": sale_id})
    if duty["market_id"] != market["market_id"]:
        raise Refused.of(NotFound("sale_id", what="sale"))
    return duty


def _setting(market: Any, duty: Any, form: Form) -> Answer:
    taken = {shift["shift_id"]: shift["taken"] for shift in duty["shifts"]}
    facts: dict[str, Any] = {"rows": _rows(form), "taken": taken, "most": MOST_SHIFTS}
    return page("duty/setting.html", market=market, duty=duty, form=form, **facts)


def _form_of(duty: Any) -> Form:
    """The shifts as they are, and blank rows with the hours of the distribution."""
    zone = duty["time_zone"]
    hours = {name: _local(duty[f"{name}_at"], zone).strftime("%H:%M") for name in ("starts", "ends")}
    rows = [_row(shift, zone) for shift in duty["shifts"]]
    count = min(max(len(rows) + BLANK_ROWS, LEAST_ROWS), MOST_SHIFTS)
    rows += [hours] * (count - len(rows))
    values = {f"shifts.{index}.{name}": value for index, row in enumerate(rows) for name, value in row.items()}
    return Form(**values, rows=len(rows), version=duty["version"])


def _row(shift: Any, zone: str) -> dict[str, Any]:
    hours = {name: _local(shift[f"{name}_at"], zone).strftime("%H:%M") for name in ("starts", "ends")}
    return {name: shift[name] for name in ("shift_id", "role", "places")} | hours


def _rows(form: Form) -> int:
    count = form.integer("rows")
    return max(0, min(count, MOST_SHIFTS)) if isinstance(count, int) else 0


def _is_meant(form: Form, row: int) -> bool:
    if form.flag(f"shifts.{row}.dropped"):
        return False
    return any(form[f"shifts.{row}.{name}"] for name in ("shift_id", "role", "places"))


def _shift(form: Form, row: int) -> dict[str, Any]:
    path = f"shifts.{row}"
    texts = {name: form.text(f"{path}.{name}") for name in ("shift_id", "role", "starts", "ends")}
    return {name: value for name, value in texts.items() if value} | {"places": form.integer(f"{path}.places")}


def _field_of(name: str, kept: list[int]) -> str:
    """`shifts.1.places` is of the second row that was sent."""
    first, *rest = name.split(".")
    if first == "shifts" and len(rest) > 1 and rest[0].isdecimal() and int(rest[0]) < len(kept):
        return ".".join(["shifts", str(kept[int(rest[0])]), *rest[1:]])
    return name
