"""The receiving side of RFC 5321, enough for any honest client: every mail is taken, kept, and goes nowhere.

Plain sockets on threads, which are green ones when eventlet has patched the process.
"""

import re
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from sandbox.mailbox.store import Fault, Store

MOST_BYTES = 40 * 1024 * 1024
MOST_LINE = 4096
MOST_RECIPIENTS = 1000
IDLE_SECONDS = 300
GREETING = "sandbox mailbox"
_PATH = re.compile(r"<(?:@[^:>]*:)?([^<>\s]*)>(?:\s+(.*))?$")


class _Reply(Exception):
    """Leaves a command early with this answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: "Server"
    timeout = IDLE_SECONDS
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.greeted = False
        self.open = True
        self.reset()

    def reset(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []

    def handle(self) -> None:
        try:
            self.reply(220, f"{GREETING} ESMTP")
            while self.open and not self.server.stopping:
                self.one_command()
        except TimeoutError:
            self.reply(421, "4.4.2 too long idle")
        except OSError:
            return

    def one_command(self) -> None:
        line = self.rfile.readline(MOST_LINE)
        if not line:
            self.open = False
            return
        try:
            verb, rest = _parse(line)
            command = COMMANDS.get(verb)
            if command is None:
                raise _Reply(500, "5.5.1 command not known")  # noqa: TRY301 - one way out for all answers
            command(self, rest)
        except _Reply as reply:
            self.reply(reply.code, reply.text)

    def reply(self, code: int, *texts: str) -> None:
        lines = [f"{code}{' ' if text is texts[-1] else '-'}{text}\r\n" for text in texts]
        self.wfile.write("".join(lines).encode())
        self.wfile.flush()

    def helo(self, rest: str) -> None:
        self.ensure(bool(rest), 501, "5.5.4 who are you?")
        self.greeted = True
        self.reset()
        self.reply(250, GREETING)

    def ehlo(self, rest: str) -> None:
        self.ensure(bool(rest), 501, "5.5.4 who are you?")
        self.greeted = True
        self.reset()
        self.reply(250, GREETING, f"SIZE {MOST_BYTES}", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES")

    def mail(self, rest: str) -> None:
        self.ensure(self.greeted, 503, "5.5.1 say EHLO first")
        self.ensure(self.sender is None, 503, "5.5.1 one sender is enough")
        address, options = _path(rest, "FROM:")
        size = re.search(r"\bSIZE=(\d{1,12})\b", options.upper())
        self.ensure(size is None or int(size[1]) <= MOST_BYTES, 552, "5.3.4 too big")
        self.sender = address
        self.reply(250, "2.1.0 ok")

    def rcpt(self, rest: str) -> None:
        self.ensure(self.sender is not None, 503, "5.5.1 say MAIL first")
        address, _options = _path(rest, "TO:")
        self.ensure("@" in address, 553, "5.1.3 that is no address")
        self.ensure(len(self.recipients) < MOST_RECIPIENTS, 452, "4.5.3 too many recipients")
        self.meet(self.server.store.fault_for(address, "rcpt"))
        self.recipients.append(address)
        self.reply(250, "2.1.5 ok")

    def data(self, rest: str) -> None:
        self.ensure(not rest, 501, "5.5.4 DATA takes nothing")
        self.ensure(bool(self.recipients), 503, "5.5.1 say RCPT first")
        self.reply(354, "end with <CRLF>.<CRLF>")
        raw = self.read_mail()
        sender, recipients = self.sender or "", self.recipients
        self.reset()
        self.ensure(raw is not None, 552, "5.3.4 too big")
        for address in recipients:
            self.meet(self.server.store.fault_for(address, "data"))
        mail_id = self.server.store.add(sender, recipients, raw or b"")
        self.reply(250, f"2.0.0 kept as {mail_id}")

    def read_mail(self) -> bytes | None:
        """Up to the line with a single dot, which only counts between CRLFs; None when it is too big."""
        lines: list[bytes] = []
        size, starts = 0, True
        while True:
            line = self.rfile.readline(MOST_LINE)
            if not line:
                raise ConnectionError("gone in the middle of a mail")
            if starts and line == b".\r\n":
                return b"".join(lines) if size <= MOST_BYTES else None
            if starts and line.startswith(b"."):
                line = line[1:]
            starts = line.endswith(b"\r\n")
            size += len(line)
            if size <= MOST_BYTES:
                lines.append(line)

    def rset(self, _rest: str) -> None:
        self.reset()
        self.reply(250, "2.0.0 ok")

    def noop(self, _rest: str) -> None:
        self.reply(250, "2.0.0 ok")

    def vrfy(self, _rest: str) -> None:
        self.reply(252, "2.5.0 try and see")

    def quit(self, _rest: str) -> None:
        self.reply(221, "2.0.0 bye")
        self.open = False

    def meet(self, fault: Fault | None) -> None:
        """Refuse as the fault says; 421 also ends the connection."""
        if fault is not None:
            self.open = fault.code != 421
            raise _Reply(fault.code, fault.text)

    @staticmethod
    def ensure(good: bool, code: int, text: str) -> None:  # noqa: FBT001 - the value is the subject
        if not good:
            raise _Reply(code, text)


COMMANDS: dict[str, Callable[[Session, str], None]] = {
    "HELO": Session.helo,
    "EHLO": Session.ehlo,
    "MAIL": Session.mail,
    "RCPT": Session.rcpt,
    "DATA": Session.data,
    "RSET": Session.rset,
    "NOOP": Session.noop,
    "VRFY": Session.vrfy,
    "QUIT": Session.quit,
}


class Server(socketserver.ThreadingTCPServer):
    """Listens at once; serves from `start()` to `stop()`."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, store: Store, host: str, port: int) -> None:
        self.store = store
        self.stopping = False
        super().__init__((host, port), Session)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.1,), name="mailbox-smtp", daemon=True).start()

    def stop(self) -> None:
        self.stopping = True
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is no news."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _parse(line: bytes) -> tuple[str, str]:
    if not line.endswith(b"\n"):
        raise _Reply(500, "5.5.2 line too long")
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise _Reply(500, "5.5.2 not UTF-8") from None
    verb, _, rest = text.partition(" ")
    return verb.upper(), rest.strip()


def _path(rest: str, word: str) -> tuple[str, str]:
    """`FROM:<marie@example.org> SIZE=300` → (marie@example.org, SIZE=300)."""
    found = _PATH.match(rest[len(word) :].strip()) if rest.upper().startswith(word) else None
    if found is None:
        raise _Reply(501, f"5.5.4 say {word}<address>")
    return found[1], found[2] or ""
