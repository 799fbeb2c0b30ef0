"""MEMBRES: who belongs, who waits, who is invited, and what roles they hold (SPEC N6, M8, P3)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.sheets import as_file
from gateway.web.administration import administered
from gateway.web.forms import Form
from gateway.web.pages import Answer, go, local, page, searched

blp = Blueprint("market_members", __name__)
SECTION = "members"
LIST, WAITING, INVITED, BALANCES = "member", "waiting", "invited", "balances"
BALANCES_A_PAGE = 100
NAMES_A_PAGE = 200


@blp.get("/group/<int:number>/members")
def members(number: int) -> Answer:
    return _list(number, LIST)


@blp.get("/group/<int:number>/members/waiting")
def waiting(number: int) -> Answer:
    return _list(number, WAITING)


@blp.get("/group/<int:number>/members/invitations")
def invitations(number: int) -> Answer:
    market = administered(number, SECTION)
    sent = ask("markets.invitations", {"market_id": market["market_id"]} | _after())
    return page("market_members/invitations.html", market=market, sent=sent, tab=INVITED)


@blp.get("/group/<int:number>/members/balances")
def balances(number: int) -> Answer:
    """Who owes or has something in this market, who owes most first, and the sums of all (SPEC D2)."""
    market, search = administered(number, SECTION), searched()
    found, people, after = (_owing_by_name if search else _owing)(market["market_id"], search)
    cents = {each["member_id"]: each["balance_cents"] for each in found["items"]}
    people = sorted((one for one in people if one["account_id"] in cents), key=lambda one: cents[one["account_id"]])
    facts = {"found": found, "people": people, "cents": cents, "search": search, "next": after}
    return page("market_members/balances.html", market=market, tab=BALANCES, **facts)


@blp.get("/group/<int:number>/members.<any(csv, xlsx):kind>")
def export(number: int, kind: str) -> Answer:
    market = administered(number, SECTION)
    return as_file(ask("markets.export_members", {"market_id": market["market_id"]}), kind)


@blp.get("/group/<int:number>/members/new")
def new(number: int) -> Answer:
    return page("market_members/new.html", market=administered(number, SECTION), form=Form())


@blp.post("/group/<int:number>/members/new")
def invite(number: int) -> Answer:
    """One address or many pasted; the page then says what became of each."""
    market = administered(number, SECTION)
    form = Form.posted()
    body = {"market_id": market["market_id"], "consent": form.flag("consent")}
    typed = [form["addresses"]] if form["addresses"] else []
    sent = form.send("markets.invite", body | {"addresses": typed} | form.body("language"))
    if sent is None:
        _gather(form, "addresses")
        return page("market_members/new.html", market=market, form=form)
    return page("market_members/invited.html", market=market, sent=sent)


@blp.post("/group/<int:number>/members/<uuid:account_id>/decision")
def decide(number: int, account_id: UUID) -> Answer:
    market, form = administered(number, SECTION), Form.posted()
    accept = form.flag("accept")
    body = {"market_id": market["market_id"], "account_id": account_id, "accept": accept}
    word = _("La personne est membre du marché.") if accept else _("La demande est écartée.")
    return _back(form, form.send("markets.decide_waiting", body), f"/group/{number}/members/waiting", word)


@blp.post("/group/<int:number>/members/<uuid:account_id>/roles")
def change_role(number: int, account_id: UUID) -> Answer:
    """`grant` or `revoke`: the button names the role."""
    market, form = administered(number, SECTION), Form.posted()
    granted = form.text("grant")
    method = "markets.grant_role" if granted else "markets.revoke_role"
    body = {"market_id": market["market_id"], "account_id": account_id, "role": granted or form["revoke"]}
    word = _("Le rôle est donné.") if granted else _("Le rôle est retiré.")
    answer = form.send(method, body)
    if answer is not None and not granted and str(account_id) == g.account_id:
        return go(f"/group/{number}", word=word)
    return _back(form, answer, f"/group/{number}/members", word)


def _list(number: int, state: str) -> Answer:
    market, search = administered(number, SECTION), searched()
    asked = {"market_id": market["market_id"], "state": state, "search": search}
    found = ask("markets.members", asked | _after())
    return page("market_members/members.html", market=market, found=found, search=search, tab=state)


def _owing(market_id: str, _search: str) -> tuple[Any, list[Any], str | None]:
    """A page of balances, and whose they are."""
    found = ask("payments.market_balances", {"market_id": market_id, "limit": BALANCES_A_PAGE} | _after())
    ids = [each["member_id"] for each in found["items"]]
    named = {"market_id": market_id, "account_ids": ids, "state": "any", "limit": BALANCES_A_PAGE}
    return found, ask("markets.members", named)["items"] if ids else [], found["next"]


def _owing_by_name(market_id: str, search: str) -> tuple[Any, list[Any], str | None]:
    """Names are kept by markets and balances by payments: all people of a name first, then what of them there is."""
    named = {"market_id": market_id, "state": "any", "search": search, "limit": NAMES_A_PAGE}
    people = ask("markets.members", named | _after())
    ids = [each["account_id"] for each in people["items"]]
    found = ask("payments.market_balances", {"market_id": market_id, "member_ids": ids, "limit": NAMES_A_PAGE})
    return found, people["items"], people["next"]


def _after() -> dict[str, Any]:
    return {"after": request.args["after"]} if request.args.get("after") else {}


def _gather(form: Form, name: str) -> None:
    """A fault of one of many (`addresses.0`) stands at the field in which they were typed."""
    for fault in [each for each in form.errors if each.startswith(f"{name}.")]:
        form.errors.setdefault(name, form.errors.pop(fault))


def _back(form: Form, answer: Any, path: str, word: str) -> Answer:
    """To the very list, found and paged, in which the button stood."""
    path = local(form["back"], path)
    if answer is None:
        return go(path, word=form.trouble or next(iter(form.errors.values())), kind="trouble")
    return go(path, word=word)
