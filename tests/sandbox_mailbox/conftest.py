"""A mail box in the test process, which has green threads like the embedded suite, and a client for it."""

import smtplib
from email.message import EmailMessage

import pytest

from sandbox import mailbox


@pytest.fixture
def box(tmp_path):
    box = mailbox.start(tmp_path / "mailbox.sqlite", smtp_port=0)
    yield box
    box.stop()


@pytest.fixture
def web(box):
    return mailbox.create_app(box).test_client()


@pytest.fixture
def smtp(box):
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=10) as client:
        yield client


def letter(to="marie@example.org", subject="Votre commande est confirmée", text="Bonjour Marie", html=None):
    message = EmailMessage()
    message["From"] = "Marché de Cambes <marche@clayette.example>"
    message["To"] = to
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<https://clayette.example/u/1>"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message
