"""What surrounds every page: who is logged in, the three spaces, the menu of a market."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _

from gateway.web import session
from gateway.web.pages import referring
from shared import clock
from shared.config import Config


@dataclass(frozen=True)
class Entry:
    """`name` is what a page says of itself, to be marked as the present one."""

    name: str
    path: str
    icon: str
    label: str


def register(app: Flask, config: Config) -> None:
    app.jinja_env.globals.update(
        spaces=spaces,
        market_menu=market_menu,
        producer_menu=producer_menu,
        csrf_token=session.csrf_token,
        new_key=lambda: clock.new_id().hex,
        public_url=config.public_url.rstrip("/"),
        person=lambda: g.get("person"),
        language=lambda: g.get("language", "fr"),
        here=lambda: request.full_path.rstrip("?") if request.method == "GET" else referring(),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def spaces() -> list[Entry]:
    """« les trois espaces » (SPEC P2): the left menu, on a phone the tabs at the bottom."""
    return [
        Entry("shop", "/", "shopping-basket", _("Faire mes courses")),
        Entry("markets", "/markets", "store", _("Mes marchés")),
        Entry("producer", "/producer", "tractor", _("Espace producteur")),
    ]


def market_menu(market: dict[str, Any]) -> list[Entry]:
    """The pages of a market that the reader's roles open (SPEC M2); nothing for a customer."""
    roles, base = set(market["mine"]["roles"]), f"/group/{market['number']}"
    entries = [
        (Entry("orders", base, "shopping-basket", _("COMMANDES")), {"administrator"}),
        (Entry("members", f"{base}/members", "users", _("MEMBRES")), {"administrator"}),
        (Entry("catalogs", f"{base}/catalogs", "book-open", _("CATALOGUES")), {"administrator", "catalog_manager"}),
        (Entry("distributions", f"{base}/distributions", "calendar-days", _("DISTRIBUTIONS")), {"administrator"}),
        (Entry("settings", f"{base}/settings", "settings", _("PARAMÈTRES")), {"administrator"}),
    ]
    return [entry for entry, opened_by in entries if roles & opened_by]


def producer_menu(producer_id: str) -> list[Entry]:
    """The pages of a farm's own space."""
    return [
        Entry("sales", "/producer", "calendar-days", _("VENTES")),
        Entry("products", f"/producer/{producer_id}/products", "carrot", _("PRODUITS")),
        Entry("catalogs", f"/producer/{producer_id}/catalogs", "book-open", _("CATALOGUES")),
        Entry("payouts", "/producer/payouts", "banknote", _("VERSEMENTS")),
        Entry("farm", f"/producer/{producer_id}", "sprout", _("MA FERME")),
    ]
