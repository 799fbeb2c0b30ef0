"""The mails that arrived, and the amounts that they tell."""

import email
import re
import sqlite3
from email import policy
from email.message import EmailMessage, Message

from services.notifications import models as mails
from tests.crash.support_cluster import Cluster

AMOUNT = r"(-?[\d ]+),(\d\d) €"
TOLD = {
    "order_confirmed": rf"Total : {AMOUNT}",
    "order_changed": rf"complément de {AMOUNT}",
    "order_cancelled": rf"Les {AMOUNT} payés",
    "late_payment_refused": rf"Votre paiement de {AMOUNT}",
    "refund": rf"vous a remboursé {AMOUNT}",
    "credit": rf"{AMOUNT} vous reviennent",
    "balance_due": rf"contenait {AMOUNT} de plus",
}
"""{kind of mail: how it tells its amount, in French}."""
GIVEN_BACK = rf"{AMOUNT} vous sont remboursés"
ORDERED, RECEIVED = rf"Commandé : {AMOUNT}", rf"Reçu : {AMOUNT}"


def letters(cluster: Cluster) -> list[Message]:
    return [email.message_from_bytes(raw) for raw in _raw(cluster)]


def texts(cluster: Cluster, wanted: set[str]) -> dict[str, tuple[str, str]]:
    """{Message-ID: (address, its text with plain spaces)} of those that are wanted."""
    found = {}
    for raw in _raw(cluster):
        letter = email.message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        if (key := str(letter["Message-ID"])) in wanted and key not in found:
            found[key] = (_address(letter), _words(letter))
    return found


def _raw(cluster: Cluster) -> list[bytes]:
    with sqlite3.connect(cluster.folder / "mailbox.sqlite") as db:
        return [raw for (raw,) in db.execute("SELECT raw FROM mails ORDER BY id")]


def _address(letter: EmailMessage) -> str:
    return str(letter["To"]).rpartition("<")[2].strip(">")


def _words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def message_id(row: mails.Delivery) -> str:
    return f"<{row.id}@{'localhost'}>"


def told(text: str, how: str) -> int:
    """In cents; 0 if nothing is told."""
    found = re.search(how, text)
    return int(found[1].replace(" ", "")) * 100 + int(found[2]) if found else 0
