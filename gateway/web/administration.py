"""What the pages of a market's administrators share: who may open them, and the seven steps (SPEC M2, P3)."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.errors import Problem
from gateway.web.frame import market_menu
from gateway.web.pages import ensure_known


def register(app: Flask) -> None:
    app.jinja_env.globals.update(first_steps=first_steps)


def administered(number: int, section: str) -> Any:
    """The market, for whom its menu has this page; one RPC. Others are refused before anything else is asked."""
    ensure_known()
    market = ask("markets.market", {"number": number})
    if section not in {entry.name for entry in market_menu(market)}:
        raise Problem(403, "forbidden")
    return market


def first_steps(market: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of the guide for `steps` of macros/parts.html; nothing once all are done, nor for others."""
    done, base = market.get("first_steps"), f"/group/{market['number']}"
    if not done or all(done.values()):
        return []
    told = {
        "settings": (_("Paramétrez le marché"), f"{base}/settings"),
        "organisation": (_("Définissez l’organisation des distributions"), f"{base}/settings/organisation"),
        "producers": (_("Invitez des producteurs à rejoindre le marché"), f"{base}/catalogs"),
        "sales": (_("Planifiez les premières distributions"), f"{base}/distributions"),
        "participation": (_("Les producteurs valident leur participation"), f"{base}/distributions"),
        "customers": (_("Invitez les clients à passer commande"), f"{base}/members/new"),
        "launched": (_("Animez les ventes, validez la distribution"), f"{base}/distributions"),
    }
    return [{"label": label, "path": path, "done": done[name]} for name, (label, path) in told.items()]
