"""« Espace producteur »: opening it, the farm's own page, its photos, its account for being paid (SPEC C1, F6)."""

import base64
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.rpc import ServiceUnavailable
from gateway.web.forms import Form
from gateway.web.pages import Answer, Undo, ensure_known, go, page
from services.catalogs import taxonomy
from shared.errors import NotFound, Refused
from shared.fields import MOST_PHOTO_BYTES

blp = Blueprint("farm", __name__)
FORM_ROOM = 64 * 1024
"""What a form weighs beside its file."""


@blp.url_value_preprocessor
def make_room_for_photos(endpoint: str | None, _values: Any) -> None:
    """Before the form is read: pictures of phones are larger than other bodies may be."""
    if endpoint == "farm.add_photo":
        request.max_content_length = MOST_PHOTO_BYTES + FORM_ROOM


@blp.get("/producer/new")
def new() -> Answer:
    ensure_known()
    return page("farm/new.html", form=Form(), **choices())


@blp.post("/producer/new")
def open_farm() -> Answer:
    ensure_known()
    form = Form.posted()
    farm = form.send("catalogs.open_producer", _facts(form))
    if farm is None:
        return page("farm/new.html", form=form, **choices())
    return go(f"/producer/{farm['producer_id']}", word=_("Votre espace producteur est ouvert."))


@blp.get("/producer/<uuid:producer_id>")
def farm(producer_id: UUID) -> Answer:
    """With the steps that lead to the first sale."""
    ensure_known()
    own = own_farm(producer_id)
    account, served = _account(producer_id), _served(producer_id)
    facts = {"farm": own, "steps": _steps(own, account, linked=bool(served)), "account": account, "served": served}
    return page("farm/farm.html", form=form_of(own), **facts, **choices())


@blp.post("/producer/<uuid:producer_id>")
def change(producer_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    if form.send("catalogs.change_producer", _facts(form) | {"producer_id": producer_id}) is None:
        own = own_farm(producer_id)
        return page("farm/farm.html", form=form, farm=own, steps=[], account=None, served={}, **choices())
    return go(f"/producer/{producer_id}", word=_("C’est enregistré."))


@blp.post("/producer/<uuid:producer_id>/photos")
def add_photo(producer_id: UUID) -> Answer:
    ensure_known()
    return keep_photo("catalogs.add_farm_photo", {"producer_id": producer_id}, f"/producer/{producer_id}")


@blp.post("/producer/<uuid:producer_id>/photos/<uuid:photo_id>/removal")
def remove_photo(producer_id: UUID, photo_id: UUID) -> Answer:
    """Undone by the same button the other way round."""
    ensure_known()
    back, form = f"/producer/{producer_id}", Form.posted()
    if form["restore"]:
        args = {"photo_id": photo_id, "place": form.integer("place")}
        return put_back("catalogs.restore_photo", args, back, _("La photo est de nouveau là."))
    place = ask("catalogs.remove_photo", {"photo_id": photo_id})["place"]
    undo = None if place is None else Undo(request.path, {"restore": "1", "place": str(place)})
    return go(back, word=_("La photo est retirée."), undo=undo)


@blp.get("/producers/<uuid:producer_id>/payment-account")
def account(producer_id: UUID) -> Answer:
    """Also the address to which the payment provider sends people back."""
    ensure_known()
    state = ask("payments.account_state", {"producer_id": producer_id})
    facts = {"account": state, "wanted": wanted_words(state["due"])}
    return page("farm/account.html", producer_id=str(producer_id), **facts)


@blp.post("/producers/<uuid:producer_id>/payment-account")
def open_account(producer_id: UUID) -> Answer:
    """On to the provider's page."""
    ensure_known()
    try:
        opened = ask("payments.open_account", {"producer_id": producer_id})
    except ServiceUnavailable:
        word = _("Le prestataire de paiement ne répond pas. Réessayez dans un instant.")
        return go(f"/producers/{producer_id}/payment-account", word=word, kind="trouble")
    return go(opened["url"])


# ---- what the other pages of the space use too


def own_farm(producer_id: UUID) -> Any:
    """The farm, when the reader acts for it: one RPC. Others read « nothing here »."""
    found = ask("catalogs.producer", {"producer_id": producer_id})
    if not found["own"]:
        raise Refused.of(NotFound("producer_id", what="producer"))
    return found


def own_catalog(producer_id: UUID, catalog_id: UUID) -> Any:
    found = ask("catalogs.catalog", {"catalog_id": catalog_id})
    if not found["own"] or found["producer_id"] != str(producer_id):
        raise Refused.of(NotFound("catalog_id", what="catalog"))
    return found


def keep_photo(method: str, args: dict[str, Any], back: str) -> Answer:
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return go(back, word=_("Choisissez d’abord une photo."), kind="trouble")
    form = Form.posted()
    content = base64.b64encode(sent.read()).decode()
    try:
        ask(method, args | {"content": content})
    except Refused as refused:
        if refused.status == 404:
            raise
        form.refuse(refused)
        return go(back, word=trouble_of(form), kind="trouble")
    return go(back, word=_("La photo est en place."))


def put_back(method: str, args: dict[str, Any], back: str, word: str) -> Answer:
    """A picture that was removed; what the toast offers may have lasted too long."""
    form = Form.posted()
    try:
        ask(method, args)
    except Refused as refused:
        form.refuse(refused)
        gone = _("Cette image n’est plus gardée : envoyez-la de nouveau.")
        return go(back, word=gone if refused.status == 404 else trouble_of(form), kind="trouble")
    return go(back, word=word)


def form_of(facts: dict[str, Any]) -> Form:
    """Of what is kept; a box that is not ticked is an empty text, as when it was posted."""
    return Form(**{name: "" if value is False else value for name, value in facts.items()})


def trouble_of(form: Form) -> str:
    """In one sentence, for a word at the top of the next page."""
    return form.trouble or next(iter(form.errors.values()), "")


def wanted_words(due: list[str]) -> list[str]:
    """What the provider asks for (`individual.dob.day`), in words of people, each once; the first that fits."""
    person, paper = _("vos nom, date de naissance et adresse"), _("un justificatif de votre entreprise")
    told = (
        ("company.verification", paper),
        ("documents", paper),
        (".verification", _("une pièce d’identité")),
        ("external_account", _("votre RIB")),
        ("tos_acceptance", _("votre accord sur ses conditions")),
        ("business_profile", _("ce que vous vendez, et votre adresse sur internet si vous en avez une")),
        ("company", _("les renseignements de votre entreprise (SIRET, adresse)")),
        *((part, person) for part in ("individual", "person", "representative", "owners")),
        ("", _("un autre renseignement")),
    )
    return list(dict.fromkeys(next(words for part, words in told if part in name) for name in due))


def choices() -> dict[str, Any]:
    return {"groups": [group.code for group in taxonomy.GROUPS], "labels": list(taxonomy.LABELS)}


def _facts(form: Form) -> dict[str, Any]:
    texts = {name: form[name] for name in ("name", "commune", "postcode", "presentation")}
    perhaps = {name: form.text(name) for name in ("siret", "phone", "email")}
    several = {name: form.all(name) for name in ("grows", "labels")}
    return texts | perhaps | several | {"vat_exempt": form.flag("vat_exempt")}


def _account(producer_id: UUID) -> Any:
    """None while payments has not heard of the farm, or does not answer."""
    try:
        return ask("payments.account_state", {"producer_id": producer_id})
    except (Refused, ServiceUnavailable):
        return None


def _served(producer_id: UUID) -> dict[int, str]:
    """{number: name} of the markets that a catalogue of the farm serves."""
    links = ask("markets.my_links", {})["items"]
    return {each["market_number"]: each["market_name"] for each in links if each["producer_id"] == str(producer_id)}


def _steps(own: Any, account: Any, *, linked: bool) -> list[dict[str, Any]]:
    base = f"/producer/{own['producer_id']}"
    largest = max((card["item_count"] for card in own["catalogs"]), default=0)
    numbered = next((f"/catalog/{card['number']}" for card in own["catalogs"] if card["item_count"]), None)
    return [
        {"label": _("Ouvrir l’espace"), "done": True, "path": None},
        {"label": _("Créer le catalogue"), "done": bool(own["catalogs"]), "path": f"{base}/catalogs"},
        {"label": _("Y mettre les produits"), "done": largest > 0, "path": f"{base}/products"},
        {
            "label": _("Être payé"),
            "done": bool(account and account["active"]),
            "path": f"/producers/{own['producer_id']}/payment-account",
        },
        {"label": _("Relier à un marché"), "done": linked, "path": numbered},
    ]
