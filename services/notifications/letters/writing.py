"""The words: one template per kind and language gives the subject, the text part and the HTML part."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services.notifications.letters import formats, links
from services.notifications.letters.world import Subject, World
from services.notifications.models import Delivery, Notice, Sale
from shared.typography import french_spaces

TEMPLATES = Path(__file__).parent.parent / "templates"
HOME_ZONE = "Europe/Paris"
LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def letter(delivery: Delivery, world: World, public_url: str, unsubscribe_url: str | None) -> Letter:
    """Raises NotKnownYet when a fact it would tell has not arrived."""
    account = world.account(delivery)
    language = delivery.language or (account.language if account else "")
    language = language if language in LANGUAGES else "fr"
    words = _words(delivery, world, language) | {
        "first_name": delivery.facts.get("first_name") or (account.first_name if account else ""),
        "url": public_url.rstrip("/") + path(delivery, world),
        "unsubscribe_url": unsubscribe_url,
    }
    return Letter(
        _subject(delivery.kind, language, words),
        _text(delivery.kind, language, words),
        _html(delivery.kind, language, words),
    )


def sentence(notice: Notice, world: World, language: str) -> str:
    """A notice says what the subject of the mail says."""
    return _subject(notice.kind, language, _words(notice, world, language))


def path(subject: Subject, world: World) -> str:
    market = world.market(subject)
    number = market.number if market else None
    return links.path_of(subject.kind, market_number=number, sale_id=subject.sale_id, facts=subject.facts)


def _words(subject: Subject, world: World, language: str) -> dict[str, Any]:
    market = world.market(subject)
    return {
        "language": language,
        "zone": market.time_zone if market else HOME_ZONE,
        "market": market,
        "sale": world.sale(subject),
        "sales": [world.sale_of(sale_id) for sale_id in map(UUID, subject.facts.get("sale_ids", ()))],
        "producer": world.producer(subject),
        "member": world.accounts.get(UUID(subject.facts["member_id"])) if "member_id" in subject.facts else None,
        "returned_cents": world.returned_to(subject) if subject.kind == "sale_refunded" else 0,
        "facts": subject.facts,
    }


def _subject(kind: str, language: str, words: dict[str, Any]) -> str:
    template = _environment("text").get_template(f"{language}/{kind}.jinja")
    block = "".join(template.blocks["subject"](template.new_context(words)))
    return _typeset(" ".join(block.split()), language)


def _text(kind: str, language: str, words: dict[str, Any]) -> str:
    text = _environment("text").get_template(f"{language}/{kind}.jinja").render(words)
    return _typeset(re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n", language)


def _html(kind: str, language: str, words: dict[str, Any]) -> str:
    html = _environment("html").get_template(f"{language}/{kind}.jinja").render(words)
    style, body, page = html.partition("<body")  # the style sheet has its own use of spaces
    return _inliner().inline(style + body + _typeset(page, language))


def _typeset(text: str, language: str) -> str:
    return french_spaces(text) if language == "fr" else text.replace(" :", ":")


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@cache
def _environment(form: str) -> Environment:
    """`form`: text or html. The same templates, with other building blocks under them."""
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES / form), FileSystemLoader(TEMPLATES)]),
        autoescape=form == "html",  # noqa: S701 - the text part is not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "money": _money,
        "slot": _slot,
        "hours": _hours,
        "day": _day,
        "moment": _moment,
        "amount": _amount,
        "place": _place,
        "closing": _closing,
        "words": lambda text: " ".join(str(text).split()),
    }
    environment.globals["say"] = environment.get_template("parts.jinja").module
    return environment


@pass_context
def _money(context: Context, cents: int) -> str:
    return formats.money(cents, context["language"])


@pass_context
def _slot(context: Context, sale: Sale) -> str:
    assert sale.starts_at is not None
    assert sale.ends_at is not None
    return formats.slot(sale.starts_at, sale.ends_at, context["zone"], context["language"])


@pass_context
def _hours(context: Context, shift: dict[str, Any]) -> str:
    """Of a duty shift as its event tells it."""
    starts_at, ends_at = (datetime.fromisoformat(shift[name]) for name in ("starts_at", "ends_at"))
    return formats.hours(starts_at, ends_at, context["zone"], context["language"])


@pass_context
def _day(context: Context, of: Sale | str) -> str:
    """Of a sale's distribution, or of an ISO date."""
    if isinstance(of, str):
        return formats.day(date.fromisoformat(of), context["language"])
    assert of.starts_at is not None
    return formats.day(of.starts_at.astimezone(ZoneInfo(context["zone"])).date(), context["language"])


@pass_context
def _moment(context: Context, at: str | datetime) -> str:
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return formats.moment(instant, context["zone"], context["language"])


@pass_context
def _closing(context: Context, sale: Sale) -> str:
    assert sale.closes_at is not None
    return formats.moment(sale.closes_at, context["zone"], context["language"])


@pass_context
def _amount(context: Context, value: str, unit: str) -> str:
    return formats.quantity(Decimal(value), unit, context["language"])


def _place(sale: Sale) -> str:
    """« Halle du marché, 3 place de la Mairie, 33840 Captieux »."""
    place = sale.place or {}
    town = f"{place.get('postcode') or ''} {place.get('commune') or ''}".strip()
    return ", ".join(part for part in (place.get("name"), place.get("address"), town) if part)
