"""SMTP: one connection for a batch, and what the answers of a mail server mean."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
PERMANENT = 500
CLOSING = 421
"""The server closes the connection with this answer."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailTrouble(Exception):
    """A mail did not go out. The text says why, in the words of the server where it spoke."""


class ServerDown(MailTrouble):
    """Nothing can be sent now: no connection, no log-in, or the server does not take mail from us."""


class NotNow(MailTrouble):
    """Refused for the moment: this mail, not all."""


class Refused(MailTrouble):
    """Refused for good."""


class Mailer:
    """An open connection. After ServerDown it is of no more use."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def send(self, message: EmailMessage) -> None:
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPSenderRefused as error:
            raise ServerDown(_words(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, UnicodeError, ValueError) as error:
            raise Refused(f"address not deliverable: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ServerDown(_say(error)) from error


@contextmanager
def connected(url: str) -> Iterator[Mailer]:
    """`smtp://host:port`, `smtp+starttls://user:password@host`, `smtps://user:password@host`. Raises ServerDown."""
    smtp = _open(url)
    try:
        yield Mailer(smtp)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
        smtp.close()


def _open(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or PORTS[parts.scheme]
    try:
        if parts.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    except (smtplib.SMTPException, OSError) as error:
        raise ServerDown(_say(error)) from error
    return _introduced(smtp, parts.scheme, parts.username, parts.password)


def _introduced(smtp: smtplib.SMTP, scheme: str, username: str | None, password: str | None) -> smtplib.SMTP:
    try:
        if scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if username:
            smtp.login(unquote(username), unquote(password or ""))
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise ServerDown(_say(error)) from error
    return smtp


def _refusal(code: int, answer: bytes | str) -> MailTrouble:
    words = _words(code, answer)
    if code == CLOSING:
        return ServerDown(words)
    return Refused(words) if code >= PERMANENT else NotNow(words)


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:500]


def _say(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
