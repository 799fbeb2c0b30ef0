"""A mail as a person reads it: subject, parts, attachments, links."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html import unescape
from typing import Any

from sandbox.mailbox.store import Mail

_HREF = re.compile(r"""<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']+")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


class Letter:
    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self._message: EmailMessage = message_from_bytes(mail.raw, policy=policy.default)

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, _line(value)) for name, value in self._message.items()]

    def header(self, name: str) -> str:
        return _line(self._message.get(name, ""))

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @cached_property
    def text(self) -> str:
        return _content(self._message.get_body(("plain",)))

    @cached_property
    def html(self) -> str:
        return _content(self._message.get_body(("html",)))

    @cached_property
    def parts(self) -> list[EmailMessage]:
        """All that is not the text of the mail itself: attachments and pictures inside the HTML."""
        bodies = [self._message.get_body((kind,)) for kind in ("plain", "html")]
        return [
            part
            for part in self._message.walk()
            if not part.is_multipart() and not any(part is body for body in bodies)
        ]

    def attachments(self) -> list[dict[str, Any]]:
        return [
            {
                "part": number,
                "name": _line(part.get_filename() or f"part-{number}"),
                "type": part.get_content_type(),
                "size": len(part.get_payload(decode=True) or b""),
                "content_id": _line(part.get("Content-ID", "")),
            }
            for number, part in enumerate(self.parts)
        ]

    def links(self) -> list[str]:
        """Each address once, in order."""
        found = [unescape(href) for href in _HREF.findall(self.html)] or [
            url.rstrip(".,;)") for url in _URL.findall(self.text)
        ]
        return [url for url in dict.fromkeys(found) if url.startswith(("http://", "https://"))]

    def shown_html(self, part_url: str) -> str:
        """For a frame: links leave it, pictures of the mail come from `part_url` (with {} for the part's number)."""
        html = self.html
        for attachment in self.attachments():
            content_id = attachment["content_id"].strip("<> ")
            if content_id:
                html = html.replace(f"cid:{content_id}", part_url.format(attachment["part"]))
        base = '<base target="_top">'
        return _HEAD.sub(lambda head: head[0] + base, html, count=1) if _HEAD.search(html) else base + html

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.mail.id,
            "received_at": self.mail.received_at,
            "sender": self.mail.sender,
            "recipients": self.mail.recipients,
            "from": self.header("From"),
            "to": self.header("To"),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": self.links(),
            "headers": [list(pair) for pair in self.headers],
            "attachments": self.attachments(),
        }


def _content(part: Any) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, KeyError, UnicodeError):  # a character set or type that nobody knows
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _line(value: object) -> str:
    """Headers may hold bytes that are no text."""
    return str(value).encode("utf-8", "replace").decode()
