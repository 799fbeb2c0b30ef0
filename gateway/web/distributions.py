"""DISTRIBUTIONS: the sales of a market, planned, changed and cancelled; who takes part, and what each sale made (SPEC S1-S9)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.backend import ask
from gateway.web.formats import _local
from gateway.web.forms import Form
from gateway.web.market import market_of
from gateway.web.pages import Answer, ensure_known, go, page, searched
from shared.day import VALIDATE_DISTRIBUTION
from shared.errors import Forbidden, NotFound, Refused

blp = Blueprint("distribution_pages", __name__)
ALL = "/group/<int:number>/distributions"
ONE = f"{ALL}/<uuid:sale_id>"
NOW = ["planned", "open", "closed", "distributed"]
PAST = ["validated", "cancelled"]
MOST_TO_CHOOSE_FROM = 200
TIMES = ("opens_at", "closes_at", "starts_at", "ends_at")
PLACE = ("place.name", "place.address", "place.postcode", "place.commune")
CYCLE = ("rhythm", "first_on", "until", "starts", "ends", "opens", "closes")
CYCLE_DEFAULTS = {
    "rhythm": "weekly",
    "starts": "19:00",
    "ends": "20:00",
    "opens_days_before": 10,
    "opens": "08:00",
    "closes_days_before": 2,
    "closes": "23:55",
}


@blp.get(ALL)
def timeline(number: int) -> Answer:
    """The sales to come and to validate; `?past=1`: those that are over."""
    ensure_known()
    market, past = _administered(number), request.args.get("past") == "1"
    wanted = {"market_id": market["market_id"], "state": PAST if past else NOW, "newest_first": past, "limit": 50}
    after = request.args.get("after")
    found = ask("markets.sales", wanted | ({"after": after} if after else {}))
    worth = ask(
        "distributions.turnovers",
        {"market_id": market["market_id"], "sale_ids": [sale["sale_id"] for sale in found["items"]]},
    )
    late = [sale for sale in found["items"] if sale["state"] == "distributed" and sale["order_count"]]
    return page(
        "distributions/distributions.html",
        market=market,
        past=past,
        late=late,
        farms={sale["sale_id"]: _farms(sale) for sale in found["items"]},
        actions={sale["sale_id"]: _action(sale, market) for sale in found["items"]},
        turnovers={each["sale_id"]: each["due_cents"] for each in worth["items"]},
        **found,
    )


@blp.get(f"{ALL}/new")
def new(number: int) -> Answer:
    """« Distribution ponctuelle », with the times that the service proposes (SPEC S2)."""
    ensure_known()
    market = _administered(number)
    return _single(market, _times_form(ask("markets.sale_defaults", {"market_id": market["market_id"]}), market))


@blp.post(f"{ALL}/new")
def plan(number: int) -> Answer:
    ensure_known()
    market, form = _administered(number), Form.posted()
    wanted = {"market_id": market["market_id"]} | form.body(*TIMES, *PLACE)
    if form.send("markets.plan_sale", wanted) is None:
        return _single(market, form)
    return go(f"/group/{number}/distributions", word=_("La distribution est planifiée."))


@blp.get(f"{ALL}/cycle")
def new_cycle(number: int) -> Answer:
    ensure_known()
    return page("distributions/cycle.html", market=_administered(number), form=Form(**CYCLE_DEFAULTS), dates=None)


@blp.post(f"{ALL}/cycle")
def plan_cycle(number: int) -> Answer:
    """`do=preview` shows every date first; the dates that are not ticked are skipped (SPEC S3)."""
    ensure_known()
    market, form = _administered(number), Form.posted()
    wanted = {"market_id": market["market_id"], "skip": _skipped(form)} | form.body(*CYCLE)
    wanted |= {name: form.integer(name) for name in ("opens_days_before", "closes_days_before")}
    if form["do"] == "plan" and (planned := form.send("markets.plan_cycle", wanted)) is not None:
        count = len(planned["items"])
        told = ngettext("%(num)s distribution planifiée.", "%(num)s distributions planifiées.", count)
        return go(f"/group/{number}/distributions", word=told)
    asked = Form() if form.refused else form
    dates = asked.send("markets.preview_cycle", wanted | {"skip": []})
    return page("distributions/cycle.html", market=market, form=form, dates=dates, skipped=_skipped(form))


@blp.get(f"{ONE}/edit")
def edit(number: int, sale_id: UUID) -> Answer:
    ensure_known()
    market, sale = _with_sale(number, sale_id)
    form = _times_form(sale, market)
    form.values |= {"version": sale["version"], "account_id": sale["administration"]["referent_id"]}
    return _edit(market, sale, form)


@blp.post(f"{ONE}/edit")
def reschedule(number: int, sale_id: UUID) -> Answer:
    """Times and place: those who ordered are told (SPEC S5)."""
    ensure_known()
    form = Form.posted()
    wanted = {"sale_id": sale_id, "version": form.integer("version")} | form.body(*TIMES, *PLACE)
    if form.send("markets.reschedule_sale", wanted) is None:
        return _edit(*_with_sale(number, sale_id), form)
    return go(f"/group/{number}/distributions", word=_("La distribution est modifiée."))


@blp.get(f"{ONE}/referent")
def referent_page(number: int, sale_id: UUID) -> Answer:
    return _referent(number, sale_id, Form())


@blp.post(f"{ONE}/referent")
def appoint(number: int, sale_id: UUID) -> Answer:
    """The person who settles the baskets of this sale (SPEC D1)."""
    ensure_known()
    form = Form.posted()
    if form.send("markets.appoint_referent", {"sale_id": sale_id, "account_id": form["account_id"]}) is None:
        return _referent(number, sale_id, form)
    return go(f"/group/{number}/distributions", word=_("Le référent est désigné."))


@blp.get(f"{ONE}/cancellation")
def cancel_page(number: int, sale_id: UUID) -> Answer:
    return _cancellation(number, sale_id, Form())


@blp.post(f"{ONE}/cancellation")
def cancel(number: int, sale_id: UUID) -> Answer:
    """Everybody is refunded (SPEC S5); how far that is stands on this page afterwards."""
    ensure_known()
    form = Form.posted()
    if form.send("markets.cancel_sale", {"sale_id": sale_id} | form.body("reason")) is None:
        return _cancellation(number, sale_id, form)
    return go(f"/group/{number}/distributions/{sale_id}/refunds", word=_("La vente est annulée."))


@blp.get(f"{ONE}/refunds")
def refunds(number: int, sale_id: UUID) -> Answer:
    """How far a cancellation is: orders undone, refunds made."""
    ensure_known()
    market = _administered(number)
    facts = {"voiding": ask("orders.voiding", {"sale_id": sale_id})}
    facts["refunds"] = ask("payments.sale_refunds", {"sale_id": sale_id})
    return page("distributions/refunds.html", market=market, sale_id=sale_id, **facts)


@blp.get(f"{ONE}/catalogs")
def catalogs(number: int, sale_id: UUID) -> Answer:
    """« Catalogues participants » (SPEC S7)."""
    ensure_known()
    market, sale = _with_sale(number, sale_id)
    return page("distributions/catalogs.html", market=market, sale=sale)


@blp.post(f"{ONE}/catalogs")
def invite(number: int, sale_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    chosen = {"catalog_ids": [form["catalog_id"]]} if form["catalog_id"] else {}
    done = form.send("markets.invite_producer", {"sale_id": sale_id} | chosen)
    path = f"/group/{number}/distributions/{sale_id}/catalogs"
    if done is None:
        return go(path, word=form.trouble or next(iter(form.errors.values())), kind="trouble")
    count = len(done["invited"])
    return go(path, word=ngettext("%(num)s invitation envoyée.", "%(num)s invitations envoyées.", count))


@blp.get(f"{ONE}/money")
def money(number: int, sale_id: UUID) -> Answer:
    """What the sale made, and what each producer is paid of it and when (SPEC F2, F5, F6)."""
    ensure_known()
    market = _administered(number)
    facts = {"ledger": ask("payments.sale_ledger", {"sale_id": sale_id})}
    facts["payouts"] = ask("payments.sale_payouts", {"sale_id": sale_id})
    return page("distributions/money.html", market=market, sale_id=sale_id, **facts)


@blp.get(f"{ALL}/trouble")
def trouble(number: int) -> Answer:
    """Refunds that need a person, and what customers' banks took back."""
    ensure_known()
    market = _administered(number)
    wanted = {"market_id": market["market_id"]}
    found = ask("payments.refunds_needing_attention", wanted)["items"]
    disputes = ask("payments.market_disputes", wanted)["items"]
    return page("distributions/trouble.html", market=market, refunds=found, disputes=disputes)


@blp.post(f"{ALL}/trouble")
def retry(number: int) -> Answer:
    ensure_known()
    form = Form.posted()
    done = form.send("payments.retry_refund", {"refund_id": form["refund_id"]})
    word = _("Le remboursement est redemandé.") if done else form.trouble or next(iter(form.errors.values()))
    return go(f"/group/{number}/distributions/trouble", word=word, kind="done" if done else "trouble")


def _administered(number: int) -> Any:
    """The services check every call; this spares those who only shop a page of refusals."""
    market = market_of(number)
    if "administrator" not in market["mine"]["roles"]:
        raise Refused.of(Forbidden())
    return market


def _with_sale(number: int, sale_id: UUID) -> tuple[Any, Any]:
    """The sale under the number of its own market: elsewhere there is none."""
    market, sale = _administered(number), ask("markets.sale", {"sale_id": sale_id})
    if sale["market_id"] != market["market_id"]:
        raise Refused.of(NotFound(what="sale"))
    return market, sale


def _single(market: Any, form: Form) -> Answer:
    return page("distributions/single.html", market=market, form=form)


def _edit(market: Any, sale: Any, form: Form) -> Answer:
    return page("distributions/edit.html", market=market, sale=sale, form=form)


def _referent(number: int, sale_id: UUID, form: Form) -> Answer:
    ensure_known()
    market, sale = _with_sale(number, sale_id)
    search, now = searched(), sale["administration"]
    wanted = {"market_id": market["market_id"], "search": search, "limit": MOST_TO_CHOOSE_FROM}
    found = ask("markets.members", wanted)
    people = {now["referent_id"]: now["referent_name"]} if now["referent_id"] else {}
    people |= {each["account_id"]: f"{each['first_name']} {each['last_name']}" for each in found["items"]}
    form.values.setdefault("account_id", now["referent_id"])
    facts = {"market": market, "sale": sale, "people": list(people.items()), "found": found, "search": search}
    return page("distributions/referent.html", form=form, **facts)


def _cancellation(number: int, sale_id: UUID, form: Form) -> Answer:
    ensure_known()
    market, sale = _with_sale(number, sale_id)
    day = ask("distributions.distribution", {"sale_id": sale_id})
    return page("distributions/cancellation.html", market=market, sale=sale, day=day, form=form)


def _times_form(sale: Any, market: Any) -> Form:
    """As the browser's fields write an instant: the market's own wall clock."""
    times = {name: _local(sale[name], market["time_zone"]).strftime("%Y-%m-%dT%H:%M") for name in TIMES}
    return Form(**times, **{name: sale["place"].get(name.partition(".")[2]) for name in PLACE})


def _skipped(form: Form) -> list[str]:
    return sorted(set(form.all("seen")) - set(form.all("keep")))


def _farms(sale: Any) -> list[dict[str, Any]]:
    """Those who take part, then those who are invited, each once whatever number of catalogues it has."""
    farms: dict[str, dict[str, Any]] = {}
    for state in ("confirmed", "invited"):
        for each in sale["catalogs"] or []:
            if each["state"] == state:
                farms.setdefault(each["producer_id"], each)
    return list(farms.values())


def _action(sale: Any, market: Any) -> tuple[str, str, bool]:
    """(address, words, whether it cannot wait): what is next to do with a sale in its state."""
    here = f"/group/{market['number']}/distributions/{sale['sale_id']}"
    if sale["state"] == "cancelled":
        return f"{here}/refunds", _("Voir les remboursements"), False
    if sale["state"] == "validated":
        return f"{here}/money", _("L’argent de la vente"), False
    if sale["blocked_at"]:
        return "#blocked", _("Débloquer l’ouverture"), True
    if sale["state"] == "planned":
        return f"{here}/catalogs", _("Catalogues participants"), False
    if sale["button"] == VALIDATE_DISTRIBUTION:
        return here, _("Valider la distribution"), True
    return here, _("Voir les commandes"), False
