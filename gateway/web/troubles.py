"""Refusals and errors as pages, in the reader's words (the API answers problem documents)."""

from typing import Any

from flask import Response, g, make_response, render_template, request
from flask_babel import gettext as _

from gateway.errors import sentence
from gateway.web.pages import Answer, is_partial, log_in_first, page
from gateway.web.session import comes_from_here


def trouble(status: int, code: str, details: dict[str, Any] | None = None) -> Answer:
    if code == "form_is_stale" and _can_be_sent_again():
        return page("again.html", status=status, fields=_typed())
    if code == "log_in_required":
        return page("again.html", status=status, fields=_typed()) if "again" in request.form else log_in_first()
    text = sentence(code, g.get("language", "fr"), details)
    if is_partial():
        return _toast(status, text)
    answer = page("trouble.html", status=status, title=_title(status), text=text, code=status)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _can_be_sent_again() -> bool:
    """What was typed into a page of ours, whose session is over. A file would be lost, so the page that chose it is better."""
    has_file = any(file.filename for file in request.files.values())
    return comes_from_here() and not is_partial() and not has_file


def _typed() -> list[tuple[str, str]]:
    fields = request.form.items(multi=True)
    return [(name, text) for name, text in fields if name not in {"csrf_token", "again"} and "password" not in name]


def _toast(status: int, text: str) -> Response:
    """Beside what htmx would have replaced, which stays as it is."""
    answer = make_response(render_template("_toast.html", word=text, kind="trouble"), status)
    answer.headers["HX-Retarget"] = "#toasts"
    answer.headers["HX-Reswap"] = "beforeend"
    return answer


def _title(status: int) -> str:
    titles = {
        403: _("Ce n’est pas pour vous"),
        404: _("Rien sur cet étal"),
        429: _("Doucement"),
        503: _("Un instant"),
        504: _("Un instant"),
    }
    otherwise = _("Une panne de notre côté") if status >= 500 else _("Cela n’a pas fonctionné")
    return str(titles.get(status, otherwise))
