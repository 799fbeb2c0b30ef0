"""A market as everybody sees it: home, producers, the QR code and the poster; joining and leaving (SPEC M3, M5)."""

import io
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.assets import FOREVER
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page
from shared.config import Config
from shared.errors import Refused

blp = Blueprint("market", __name__)
ON_HOME = 8
"""Producers shown before « Voir tous les producteurs »."""


def market_of(number: int) -> Any:
    """The market of a page's address, as the reader may see it. One RPC; 404 when there is none."""
    return ask("markets.market", {"number": number})


@blp.get("/group/<int:number>")
def home(number: int) -> Answer:
    market = market_of(number)
    now, later = _next_and_later(market["planning"])
    shop = _shop_for_administrator(market, now)
    return page("market/home.html", market=market, sale=now, later=later, shop=shop, most=ON_HOME, link=_link(number))


@blp.get("/group/<int:number>/producers")
def producers(number: int) -> Answer:
    return page("market/producers.html", market=market_of(number))


@blp.get("/group/<int:number>/qr.svg")
def qr(number: int) -> Answer:
    """The market's link, for screens and print."""
    drawing = io.BytesIO()
    segno.make(_link(number), error="m").save(
        drawing, kind="svg", border=2, light="#ffffff", xmldecl=False, svgns=True, scale=8
    )
    return Response(drawing.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": FOREVER})


@blp.get("/group/<int:number>/poster")
def poster(number: int) -> Answer:
    """To print: how to order, and the commune to type (SPEC M3)."""
    host = urlsplit(Config().public_url).netloc
    return page("market/poster.html", market=market_of(number), link=_link(number), host=host)


@blp.post("/group/<int:number>/members/me")
def join(number: int) -> Answer:
    ensure_known()
    joined = ask("markets.join", {"market_id": market_of(number)["market_id"]})
    if joined["state"] == "waiting":
        return go(f"/group/{number}", word=_("Votre demande est transmise au marché."), kind="note")
    return go(f"/group/{number}", word=_("Vous voilà membre : vous serez prévenu de chaque vente."))


@blp.post("/group/<int:number>/members/me/leave")
def leave(number: int) -> Answer:
    ensure_known()
    market = market_of(number)
    form = Form.posted()
    if form.send("markets.leave", {"market_id": market["market_id"]}) is None:
        return go(f"/group/{number}", word=form.trouble or next(iter(form.errors.values())), kind="trouble")
    return go(f"/group/{number}", word=_("Vous n’êtes plus membre de ce marché."))


@blp.get("/invitations/<token>")
def invitation(token: str) -> Answer:
    ensure_known()
    return page("market/invitation.html", form=Form(token=token))


@blp.post("/invitations/<token>")
def accept(token: str) -> Answer:
    """Leads to the market that is now one's own."""
    ensure_known()
    form = Form.posted()
    joined = form.send("markets.accept_invitation", {"token": token})
    if joined is None:
        return page("market/invitation.html", form=form)
    market = ask("markets.market", {"market_id": joined["market_id"]})
    return go(f"/group/{market['number']}", word=_("Bienvenue dans %(market)s !", market=market["name"]))


def _next_and_later(planning: list[Any]) -> tuple[Any, list[Any]]:
    """The sale to show large: the open one that closes first, else the first to come."""
    opened = [sale for sale in planning if sale["state"] == "open"]
    first = min(opened, key=lambda sale: sale["closes_at"]) if opened else next(iter(planning), None)
    return first, [sale for sale in planning if sale is not first]


def _shop_for_administrator(market: Any, sale: Any) -> Any:
    """COMMANDES tells whether the shop is open and works: asked of orders itself, not concluded from the calendar."""
    if "administrator" not in market["mine"]["roles"] or sale is None:
        return None
    try:
        shop = ask("orders.shop", {"sale_id": sale["sale_id"], "limit": 1, "shelves": True})
    except Refused:
        return {"works": False}
    return {"works": True, "offer_count": sum(shelf["count"] for shelf in shop["shelves"]), **shop}


def _link(number: int) -> str:
    return f"{Config().public_url.rstrip('/')}/group/{number}"
