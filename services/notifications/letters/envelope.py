"""The message around a letter: who it is from, to whom, and the headers that mail programs act on."""

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from services.notifications import domain
from services.notifications.letters.world import World
from services.notifications.letters.writing import Letter
from services.notifications.models import Account, Delivery
from shared import clock

SUITE_NAME = "Clayette"
MAILBOX = re.compile(r'(?P<local>[^\s@"<>()\[\],;:\\]+)@(?P<host>[^\s@"<>()\[\],;:\\]+)')


class WholeSubjects(EmailPolicy):
    """Where EmailPolicy folds a subject between two words with accents, mailboxes read them as one: « étépayée »."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() != "subject":
            return str(super().fold(name, value))
        header = Header(str(value), "us-ascii" if value.isascii() else "utf-8", header_name=name)
        return f"{name}: {header.encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


def message(
    delivery: Delivery, letter: Letter, world: World, mail_from: str, unsubscribe_url: str | None
) -> EmailMessage:
    """Raises ValueError when the address is none.

    The Message-ID is made of the delivery's id: should a crash between the server's acceptance and our commit make
    a mail leave twice, mailboxes can know the second as the first.
    """
    account, market = world.account(delivery), world.market(delivery)
    sender = Address(_plain(market.name) if market else SUITE_NAME, addr_spec=mail_from)
    mail = EmailMessage(policy=WholeSubjects())
    mail["Message-ID"] = f"<{delivery.id}@{sender.domain}>"
    mail["Date"] = format_datetime(clock.now())
    mail["From"] = sender
    mail["To"] = _recipient(delivery, account)
    mail["Subject"] = _plain(letter.subject)
    mail["Auto-Submitted"] = "auto-generated"
    if market and market.contact_email:
        mail["Reply-To"] = Address(_plain(market.name), addr_spec=market.contact_email)
    if unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return mail


def address(delivery: Delivery, account: Account | None) -> str | None:
    """None when there is nobody to write to (any more)."""
    if delivery.email:
        return delivery.email
    if account is None or account.deleted:
        return None
    return account.second_email if delivery.person.endswith(domain.HOUSEHOLD) else account.email


def _recipient(delivery: Delivery, account: Account | None) -> Address:
    found = MAILBOX.fullmatch(address(delivery, account) or "")
    if found is None:
        raise ValueError("not an e-mail address")
    is_own = account is not None and not delivery.email and not delivery.person.endswith(domain.HOUSEHOLD)
    name = _plain(f"{account.first_name} {account.last_name}") if account is not None and is_own else ""
    return Address(name, username=found["local"], domain=found["host"].encode("idna").decode())


def _plain(text: str) -> str:
    """One line without control characters: a name cannot smuggle a header in."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())
