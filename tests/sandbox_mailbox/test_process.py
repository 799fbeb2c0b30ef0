"""The mail box as a process of its own, without green threads."""

import os
import re
import signal
import smtplib
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.sandbox_mailbox.conftest import letter

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(db):
    """Answers (process, SMTP port, address of the pages)."""
    command = [sys.executable, "-m", "sandbox.mailbox", "--smtp-port", "0", "--web-port", "0", "--db", str(db)]
    running = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    try:
        said = re.match(r"SMTP 127\.0\.0\.1:(\d+), pages (\S+)", running.stdout.readline())
        yield running, int(said[1]), said[2]
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def test_it_keeps_what_it_accepted_when_it_is_killed(tmp_path):  # SPEC X2
    with process(tmp_path / "mails.sqlite") as (running, port, _pages), smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(letter())
        running.send_signal(signal.SIGKILL)
        running.wait()
        client.close()

    with process(tmp_path / "mails.sqlite") as (_running, _port, pages):
        items = requests.get(f"{pages}.json", params={"to": "marie@example.org"}, timeout=10).json()["items"]

    assert [item["subject"] for item in items] == ["Votre commande est confirmée"]


def test_it_ends_when_asked(tmp_path):
    with process(tmp_path / "mails.sqlite") as (running, _port, pages):
        assert requests.get(pages, timeout=10).ok
        running.send_signal(signal.SIGTERM)

        assert running.wait(timeout=10) == 0
