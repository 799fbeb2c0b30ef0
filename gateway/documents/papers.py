"""Documents as answers: asked for, laid out and set beside the hub, and not at all for whoever has the same already."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, g, request

from gateway import documents
from gateway.backend import ask
from gateway.documents import day, labels
from gateway.documents.texts import Reader, day_of
from gateway.web import formats

PDF, CSV = "application/pdf", "text/csv"
Args = dict[str, Any]


def sign_off(sale_id: UUID, options: Args) -> Response:
    """« Liste d'émargement » (SPEC D5)."""
    answer = ask("distributions.sign_off_sheet", {"sale_id": sale_id, **options})
    view = partial(day.sign_off, answer, when=_when(answer))
    return paper(view, f"emargement-{answer['day']}.pdf", answer["starts_at"], page="baskets")


def lot_labels(sale_id: UUID, options: Args) -> Response:
    """Of all producers, or of the one that `options` names (SPEC M6)."""
    asked = {"sale_id": sale_id, "producer_id": options["producer_id"]}
    answer = ask("distributions.lot_labels", asked)
    view = partial(labels.view, answer, sheet=options["sheet"], first=options["first"])
    return paper(view, f"etiquettes-{answer['day']}.pdf", answer["starts_at"], page="labels")


def order_sheet(sale_id: UUID, producer_id: UUID) -> Response:
    """What a producer picks and labels."""
    answer = ask("orders.order_sheet", {"sale_id": sale_id, "producer_id": producer_id})
    view = partial(day.order_sheet, answer, when=_when(answer))
    on = day_of(answer["starts_at"], answer["time_zone"])
    return paper(view, f"commandes-{on}.pdf", answer["starts_at"], page="baskets")


def paper(view: Callable[[Reader], documents.View], name: str, dated: str, *, page: str = "document") -> Response:
    """Set only when the caller does not have it already: the same answer makes the same page."""
    reading = reader()
    shown, tag = documents.in_thread(lambda: _laid_out(view, reading, page))
    if request.if_none_match.contains_weak(tag):
        return file(b"", PDF, name, tag)
    return file(documents.pdf(shown, datetime.fromisoformat(dated), page), PDF, name, tag)


def file(content: bytes, kind: str, name: str, tag: str | None = None) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers.set("Content-Disposition", "inline" if kind == PDF else "attachment", filename=name)
    if tag is not None:
        answer.set_etag(tag)
        answer.make_conditional(request)
    return answer


def reader() -> Reader:
    return Reader(g.get("language", "fr"))


def _laid_out(view: Callable[[Reader], documents.View], reading: Reader, page: str) -> tuple[documents.View, str]:
    shown = view(reading)
    return shown, documents.fingerprint(shown, page)


def _when(answer: Any) -> str:
    return formats.when(answer["starts_at"], answer["ends_at"], answer["time_zone"])
