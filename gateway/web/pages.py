"""How a view answers: a page, a redirection, a word at the top of the next page."""

from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from flask import Response, flash, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

Answer = AnyResponse


def page(template: str, *, form: Any = None, status: int = 200, **facts: Any) -> Response:
    """A page in the reader's language. With a refused `form` it is a 422, or what the refusal says."""
    if form is not None and form.refused:
        status = form.status
    answer = make_response(render_template(template, form=form, **facts), status)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.update(("Cookie", "Accept-Language", "HX-Request"))
    return answer


class Undo(NamedTuple):
    """The form that takes back what was just done."""

    action: str
    posted: dict[str, str]


def go(path: str, *, word: str | None = None, kind: str = "done", undo: Undo | None = None) -> Answer:
    """See other. `word` is shown there as a toast, with a button for `undo`; kinds: done, note, trouble."""
    if word:
        toast: Any = {"word": word, "undo": undo and undo._asdict()}  # a session keeps any JSON
        flash(toast, kind)
    if is_partial():
        return Response(status=204, headers={"HX-Redirect": path})
    return redirect(path, code=303)


def is_partial() -> bool:
    """A script (htmx) asks for a piece of a page, not for the page."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def log_in_first() -> Answer:
    """To the log-in page, and back here afterwards (after a post: to the page that posted)."""
    here = request.full_path.rstrip("?") if request.method == "GET" and not is_partial() else referring()
    return go(f"/log-in?next={quote(here, safe='/')}")


def ensure_known() -> None:
    """Before a page that is nothing without an account: raises what leads to the log-in page."""
    from gateway.errors import Problem

    if g.get("account_id") is None:
        raise Problem(401, "log_in_required")


def searched() -> str:
    """What is looked for, by the address."""
    return request.args.get("search", "").strip()[:80]


def local(path: str | None, otherwise: str = "/") -> str:
    """A path of ours, or `otherwise`: nobody sends people to other sites through us."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable():
        return path
    return otherwise


def referring() -> str:
    """The page of ours that asks for this."""
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return local(parts.path + (f"?{parts.query}" if parts.query else "")) if parts.netloc == request.host else "/"
