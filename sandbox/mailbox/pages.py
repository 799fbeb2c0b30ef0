"""The mails in a browser and as JSON, and the switch for faults. Mount `mailbox_pages` anywhere, or `create_app`."""

import json
from typing import Any

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for

from sandbox.mailbox.box import Mailbox
from sandbox.mailbox.letter import Letter
from sandbox.mailbox.store import Fault, Store

PREFIX = "/dev/mailbox"
PAGE = 50
MOST_JSON = 500
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {host} data:; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
STAGES = ("rcpt", "data")


def mailbox_pages(box: Store | Mailbox) -> Blueprint:
    """Pages below the prefix at which it is registered; JSON at the prefix with `.json` behind."""
    store = box.store if isinstance(box, Mailbox) else box
    blp = Blueprint("mailbox", __name__, template_folder="templates", static_folder="static")
    _add_pages(blp, store)
    _add_faults(blp, store)
    blp.record(
        lambda state: state.app.add_url_rule(
            f"{state.url_prefix or ''}.json", "mailbox_json", lambda: _mails_json(store)
        )
    )
    blp.after_request(_secure)
    return blp


def create_app(box: Store | Mailbox) -> Flask:
    app = Flask("mailbox", static_folder=None)
    app.register_blueprint(mailbox_pages(box), url_prefix=PREFIX)
    app.add_url_rule("/", "home", lambda: redirect(PREFIX))
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app


def _add_pages(blp: Blueprint, store: Store) -> None:
    @blp.get("")
    def index() -> str:
        to = request.args.get("to", "").strip()
        mails = store.mails(to=to, before=_number("before"), limit=PAGE + 1)
        older = mails[PAGE - 1].id if len(mails) > PAGE else None
        letters = [Letter(mail) for mail in mails[:PAGE]]
        return render_template("mailbox/list.html", letters=letters, to=to, older=older, faults=store.faults())

    @blp.get("/<int:mail_id>")
    def show(mail_id: int) -> str:
        return render_template("mailbox/mail.html", letter=_letter(store, mail_id))

    @blp.get("/<int:mail_id>/html")
    def html(mail_id: int) -> Response:
        part_url = url_for(".part", mail_id=mail_id, number=0).removesuffix("0") + "{}"
        answer = Response(_letter(store, mail_id).shown_html(part_url), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = MAIL_POLICY.format(host=request.host_url.rstrip("/"))
        return answer

    @blp.get("/<int:mail_id>/parts/<int:number>")
    def part(mail_id: int, number: int) -> Response:
        return _part(_letter(store, mail_id), number)

    @blp.get("/<int:mail_id>/source")
    def source(mail_id: int) -> Response:
        return Response(_letter(store, mail_id).mail.raw, mimetype="text/plain")

    @blp.delete("/mails")
    def forget() -> dict[str, Any]:
        store.forget_mails()
        return {"items": []}


def _add_faults(blp: Blueprint, store: Store) -> None:
    @blp.get("/faults")
    def faults() -> dict[str, Any]:
        return {"items": [vars(fault) for fault in store.faults()]}

    @blp.post("/faults")
    def set_fault() -> tuple[dict[str, Any], int]:
        """JSON only: a page of another site cannot send it."""
        fault = _fault(request.get_json())
        store.set_fault(fault)
        return vars(fault), 201

    @blp.delete("/faults")
    def clear_faults() -> dict[str, Any]:
        store.clear_faults()
        return {"items": []}


def _mails_json(store: Store) -> Response:
    """`?to=` an address, `?after=` an id; the newest MOST_JSON of them, oldest first."""
    mails = store.mails(to=request.args.get("to", "").strip(), after=_number("after") or 0, limit=MOST_JSON)
    body = {"items": [Letter(mail).as_json() for mail in reversed(mails)]}
    return Response(
        json.dumps(body, ensure_ascii=False), mimetype="application/json", headers={"Cache-Control": "no-store"}
    )


def _fault(said: Any) -> Fault:
    said = said if isinstance(said, dict) else {}
    pattern, code, times = said.get("pattern"), said.get("code"), said.get("times")
    good = (
        isinstance(pattern, str)
        and 0 < len(pattern) <= 254
        and type(code) is int
        and 400 <= code <= 599
        and (times is None or (type(times) is int and times > 0))
        and said.get("stage", "rcpt") in STAGES
    )
    if not good:
        abort(422, "pattern (* and ? allowed), code 400 to 599, stage rcpt or data, times above 0 or null")
    text = " ".join(str(said.get("text") or "refused by the switch for faults").split())[:400]
    return Fault(pattern.lower().replace("[", "[[]"), code, text, said.get("stage", "rcpt"), times)


def _part(letter: Letter, number: int) -> Response:
    """Pictures may show inside the mail; everything else is only ever saved."""
    if number >= len(letter.parts):
        abort(404)
    part, facts = letter.parts[number], letter.attachments()[number]
    is_picture = facts["type"] in {"image/png", "image/jpeg", "image/gif", "image/webp"}
    answer = Response(
        part.get_payload(decode=True) or b"", mimetype=facts["type"] if is_picture else "application/octet-stream"
    )
    answer.headers.set("Content-Disposition", "inline" if is_picture else "attachment", filename=facts["name"])
    return answer


def _letter(store: Store, mail_id: int) -> Letter:
    mail = store.mail(mail_id)
    if mail is None:
        abort(404)
    return Letter(mail)


def _number(name: str) -> int | None:
    return request.args.get(name, type=int)


def _secure(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
