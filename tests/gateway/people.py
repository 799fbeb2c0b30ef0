"""People who use the API, and patience for what arrives by event."""

import time
from uuid import uuid4

import eventlet

API = "/api/v1"
PASSWORD = "un panier de pommes"
PATIENCE_SECONDS = 30


class Client:
    """Requests as one person, or as nobody. Writes carry a new idempotency key unless `key` says otherwise."""

    def __init__(self, app, name="", **facts):
        self.http = app.test_client()
        self.name = name
        self.email = f"{name}@example.org"
        self.headers = {"Accept-Language": "fr"}
        self.account_id = None
        if name:
            known = {"email": self.email, "password": PASSWORD}
            person = {"first_name": name.capitalize(), "last_name": "Dupont", "phone": "06 12 34 56 78"}
            self.ok("POST", "/accounts", known | person | facts)
            self.log_in()

    def log_in(self):
        session = self.ok("POST", "/sessions", {"email": self.email, "password": PASSWORD})
        self.account_id = session["account_id"]
        self.headers["Authorization"] = f"Bearer {session['token']}"

    def send(self, method, path, body=None, headers=None, key="new", **more):
        own = dict(self.headers)
        if method not in {"GET", "HEAD"} and key:
            own["Idempotency-Key"] = str(uuid4()) if key == "new" else key
        if body is not None:
            more["json"] = body
        return self.http.open(f"{API}{path}", method=method, headers=own | (headers or {}), **more)

    def ok(self, method, path, body=None, **more):
        answer = self.send(method, path, body, **more)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.json

    def get(self, path, **more):
        return self.ok("GET", path, **more)


def refusal(answer):
    """(status, code) of a problem document; fails when the answer is none."""
    assert answer.mimetype == "application/problem+json", (answer.status_code, answer.mimetype, answer.text[:300])
    assert {"type", "title", "status", "code"} <= set(answer.json), answer.json
    assert answer.json["status"] == answer.status_code
    assert answer.json["title"] != answer.json["code"].replace("_", " "), f"no sentence for {answer.json['code']}"
    return answer.status_code, answer.json["code"]


def wait_for(what, look, seconds=PATIENCE_SECONDS):
    """The first answer that is truthy; a refusal meanwhile counts as "not yet"."""
    until = time.monotonic() + seconds
    last = None
    while time.monotonic() < until:
        try:
            if found := look():
                return found
        except AssertionError as not_yet:
            last = not_yet
        eventlet.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}; last: {last}")
