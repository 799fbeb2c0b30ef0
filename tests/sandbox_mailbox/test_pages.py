"""The pages and the JSON: what came is shown, and nothing that came can do anything."""

import pytest
from flask import Flask

from sandbox import mailbox
from tests.sandbox_mailbox.conftest import letter

HTML = """<!doctype html><html><head><title>x</title></head><body style="color: green">
<p>Bonjour <a href="https://clayette.example/verify?token=abc&amp;x=1">vérifiez</a></p>
<img src="cid:logo" alt=""><script>alert(1)</script></body></html>"""


@pytest.fixture
def with_attachments(smtp):
    message = letter(text="Lien : https://clayette.example/verify?token=abc.", html=HTML)
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment("<script>alert(2)</script>", subtype="html", filename="bon-de-commande.html")
    smtp.send_message(message)


def test_the_list_shows_the_newest_first_and_finds_by_recipient(smtp, web):
    for to in ("marie@example.org", "paul@example.org", "marie@exemple.fr"):
        smtp.send_message(letter(to=to, subject=f"Pour {to}"))

    page = web.get("/dev/mailbox").text
    only = web.get("/dev/mailbox?to=MARIE@example.org").text
    glob = web.get("/dev/mailbox?to=marie@*").text

    assert page.index("Pour marie@exemple.fr") < page.index("Pour paul@") < page.index("Pour marie@example.org")
    assert ("Pour marie@example.org" in only, "Pour paul" in only) == (True, False)
    assert ("Pour marie@exemple.fr" in glob, "Pour paul" in glob) == (True, False)


def test_an_empty_box_says_what_to_do(web):
    assert "Créez un compte ou passez une commande" in web.get("/dev/mailbox").text
    assert "Aucun e-mail pour « paul »" in web.get("/dev/mailbox?to=paul").text


def test_older_mails_are_on_further_pages(box, web):
    for number in range(55):
        box.store.add("a@b", ["c@d"], f"Subject: mail {number:02d}\r\n\r\n".encode())

    first = web.get("/dev/mailbox").text
    older = web.get("/dev/mailbox?before=6").text

    assert ("mail 54" in first, "mail 05" in first, "mail 04" in first) == (True, True, False)
    assert "before=6" in first
    assert ("mail 04" in older, "mail 00" in older, "before=" in older) == (True, True, False)


def test_a_mail_is_shown_with_text_headers_links_and_attachments(web, with_attachments):
    page = web.get("/dev/mailbox/1").text

    for words in (
        "Votre commande est confirmée",
        "Lien : https://clayette.example",
        "List-Unsubscribe",
        "logo.png",
        "bon-de-commande.html",
        'src="/dev/mailbox/1/html"',
        'href="https://clayette.example/verify?token=abc&amp;x=1"',
    ):
        assert words in page
    assert web.get("/dev/mailbox/1/source").data.startswith(b"From:")


def test_the_html_of_a_mail_is_locked_up(web, with_attachments):  # SPEC X4
    shown = web.get("/dev/mailbox/1/html")

    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src http://localhost data:")
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy + web.get("/dev/mailbox/1").text
    assert "allow-same-origin" not in policy + web.get("/dev/mailbox/1").text
    assert '<head><base target="_top">' in shown.text
    assert 'src="/dev/mailbox/1/parts/0"' in shown.text


def test_attachments_are_saved_and_never_run(web, with_attachments):  # SPEC X4
    logo, page = web.get("/dev/mailbox/1/parts/0"), web.get("/dev/mailbox/1/parts/1")

    assert (logo.mimetype, logo.data) == ("image/png", b"\x89PNG")
    assert page.mimetype == "application/octet-stream"
    assert page.headers["Content-Disposition"] == "attachment; filename=bon-de-commande.html"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_the_pages_have_no_inline_script_or_style_and_a_strict_policy(web, with_attachments):  # SPEC X4
    for path in ("/dev/mailbox", "/dev/mailbox/1"):
        answer = web.get(path)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        for forbidden in ("<script", "<style", " style=", " onclick"):
            assert forbidden not in answer.text
    assert web.get("/dev/mailbox/static/mailbox.css").status_code == 200


def test_what_a_mail_says_is_never_markup_of_the_page(smtp, web):  # SPEC X4
    smtp.send_message(letter(subject="<b>gras</b>", text="<script>alert(3)</script>"))

    assert "<b>gras" not in web.get("/dev/mailbox").text + web.get("/dev/mailbox/1").text
    assert "<script" not in web.get("/dev/mailbox/1").text


def test_the_json_gives_mails_of_an_address_oldest_first(smtp, web, box):
    smtp.send_message(letter(subject="un", html=HTML))
    smtp.send_message(letter(to="paul@example.org"))
    smtp.send_message(letter(subject="deux"))

    items = web.get("/dev/mailbox.json?to=Marie@example.org").json["items"]
    later = web.get(f"/dev/mailbox.json?to=marie@example.org&after={items[0]['id']}").json["items"]

    assert [item["subject"] for item in items] == ["un", "deux"]
    assert items[0]["text"] == "Bonjour Marie\n"
    assert items[0]["links"] == ["https://clayette.example/verify?token=abc&x=1"]
    assert ["List-Unsubscribe", "<https://clayette.example/u/1>"] in items[0]["headers"]
    assert [item["subject"] for item in later] == ["deux"]
    assert len(web.get("/dev/mailbox.json").json["items"]) == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?q?caf=C3?=\r\n\r\n\xff\xfe",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--",
        b"Subject: \xff\r\nFrom: \x00\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<p>",
    ],
)
def test_a_broken_mail_is_shown_as_well_as_it_can_be(box, web, raw):
    box.store.add("a@b", ["c@d"], raw)

    assert [web.get(f"/dev/mailbox{path}").status_code for path in ("", ".json", "/1", "/1/html", "/1/source")] == [
        200
    ] * 5


def test_the_switch_for_faults_is_set_seen_and_cleared(web):  # SPEC N4
    made = web.post(
        "/dev/mailbox/faults", json={"pattern": "*@Bounce.example", "code": 550, "text": "no\r\n250 ok", "times": 3}
    )

    assert made.status_code == 201
    assert web.get("/dev/mailbox/faults").json["items"] == [
        {"pattern": "*@bounce.example", "code": 550, "text": "no 250 ok", "stage": "rcpt", "times": 3}
    ]
    assert "*@bounce.example" in web.get("/dev/mailbox").text
    assert web.delete("/dev/mailbox/faults").json == {"items": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": 550},
        {"pattern": "*", "code": 250},
        {"pattern": "*", "code": "550"},
        {"pattern": "*", "code": 550, "times": 0},
        {"pattern": "*", "code": 550, "stage": "mail"},
        [],
    ],
)
def test_a_fault_of_the_wrong_shape_is_refused(web, wrong):
    assert web.post("/dev/mailbox/faults", json=wrong).status_code == 422
    assert web.get("/dev/mailbox/faults").json["items"] == []


def test_what_is_not_there_is_not_found(web, with_attachments):
    assert [web.get(f"/dev/mailbox{path}").status_code for path in ("/2", "/2/html", "/1/parts/9", "/x")] == [404] * 4


def test_it_can_be_mounted_in_another_app(box, smtp):
    smtp.send_message(letter())
    app = Flask("gateway", static_folder=None)
    app.register_blueprint(mailbox.mailbox_pages(box), url_prefix="/post")

    client = app.test_client()

    assert client.get("/post").status_code == 200
    assert len(client.get("/post.json").json["items"]) == 1
    client.delete("/post/mails")
    assert client.get("/post.json").json["items"] == []
