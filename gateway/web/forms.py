"""A form that a person posts: what was typed, the one key of its effect, and what was refused.

@blp.post("/markets/new")
def create() -> Answer:
    form = Form.posted()
    market = form.send("markets.create_market", form.body("name", "kind", "place.name", "place.postcode"))
    return go(f"/group/{market['number']}") if market else _page(form)

Fields are named by the path of the argument (`place.postcode`), so that a refusal finds its field.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import g, request

from gateway.backend import ask
from gateway.errors import fault_sentence, sentence
from gateway.rpc import ServiceUnavailable
from shared import clock
from shared.errors import Refused

ELSEWHERE = {403, 404}
"""Statuses that say that there is nothing to correct: they leave as a page of their own."""


class Form:
    """`form["name"]` is what was typed, or the default. `errors`: {field: sentence}; `trouble`: what no field can put right."""

    def __init__(self, **defaults: Any) -> None:
        self.values: dict[str, Any] = defaults
        self.key = clock.new_id().hex
        self.errors: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        """{name: label} of the fields on the page, as they are drawn."""
        self.trouble = ""
        self.code = ""
        self.details: dict[str, Any] = {}
        self.status = 422

    @classmethod
    def posted(cls) -> "Form":
        form = cls()
        form.values = {name: request.form.get(name, "").strip() for name in request.form}
        key = request.form.get("idempotency_key", "")
        form.key = key if re.fullmatch(r"[0-9a-f]{32}", key) else form.key
        return form

    def __getitem__(self, name: str) -> Any:
        value = self.values.get(name)
        return "" if value is None else value

    def all(self, name: str) -> list[str]:
        """Of boxes and lists: every value posted, or the default list."""
        return request.form.getlist(name) if request.method == "POST" else list(self.values.get(name) or [])

    @property
    def refused(self) -> bool:
        return bool(self.errors or self.trouble)

    # ---- values as the services want them; what cannot be read is sent as typed, and refused there at its field

    def text(self, name: str) -> str | None:
        return self[name] or None

    def flag(self, name: str) -> bool:
        return name in self.values and self[name] not in {"", "0", "false", "no", False}

    def integer(self, name: str) -> Any:
        typed = str(self[name]).replace("\u202f", "").replace(" ", "")
        return int(typed) if re.fullmatch(r"-?[0-9]{1,9}", typed) else self.text(name)

    def quantity(self, name: str) -> Any:
        """« 1,5 » → "1.5"."""
        number = _decimal(self[name])
        return self.text(name) if number is None else f"{number:f}"

    def cents(self, name: str) -> Any:
        """« 12,50 € » → 1250."""
        number = _decimal(str(self[name]).replace("€", ""))
        whole = number is not None and number * 100 == (number * 100).to_integral_value()
        return int(number * 100) if whole and number is not None else self.text(name)

    def body(self, *names: str) -> dict[str, Any]:
        """Texts by their paths: `body("name", "place.name")` → {"name": …, "place": {"name": …}}; empty ones left out."""
        body: dict[str, Any] = {}
        for name in names:
            if (value := self.text(name)) is not None:
                put(body, name, value)
        return body

    # ---- sending

    def send(self, method: str, args: dict[str, Any], *, key: str | None = None) -> Any:
        """One RPC with the form's key, or that of one step of several: the answer, or None when it was refused (then
        show the form again).
        """
        try:
            return ask(method, args, key=key or self.key)
        except Refused as refused:
            if refused.status in ELSEWHERE or refused.code == "log_in_required":
                raise
            self.refuse(refused)
        except ServiceUnavailable:
            self.unanswered()
        return None

    def unanswered(self) -> None:
        """It may or may not have happened: the key stays, so that sending it again is safe."""
        self.status, self.code = 503, "service_unavailable"
        self.trouble = sentence("service_unavailable", g.language)

    def refuse(self, refused: Refused) -> None:
        self.key = clock.new_id().hex
        self.status, self.code, self.details = refused.status, refused.code, dict(refused.details)
        faults = self.details.pop("errors", None) or ({refused.field: refused.code} if refused.field else {})
        told = {
            name: fault_sentence(self._missing(name, text), g.language, self.details) for name, text in faults.items()
        }
        self.errors = {name: text for name, text in told.items() if name and name != "_schema"}
        if not self.errors:
            self.trouble = " ".join(told.values()) or sentence(refused.code, g.language, self.details)

    def _missing(self, name: str, text: str) -> str:
        """A field left empty is told to be needed, not how long it must be. Codes of ours say what they mean."""
        is_code = " " not in text
        return text if is_code or self.values.get(name, True) else "Missing data for required field."

    def fault(self, name: str, sentence_: str) -> None:
        """What the page itself can see: a password repeated differently."""
        self.errors[name] = sentence_


def put(body: dict[str, Any], path: str, value: Any) -> None:
    *folders, last = path.split(".")
    for folder in folders:
        body = body.setdefault(folder, {})
    body[last] = value


def _decimal(typed: Any) -> Decimal | None:
    text = re.sub(r"[\s\u00a0\u202f]", "", str(typed)).replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and len(text) < 20 else None
