"""A mail server for tests on plain sockets: keeps what it is given, or refuses as it is told."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import eventlet


class MailServer:
    """`refuse` answers a refusal ("450 later", "550 no such user") for an address, or None to take the mail.

    `hang_up_after_data`: takes the mail and loses the connection before it says so.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.refuse: Callable[[str], str | None] = lambda _address: None
        self.hang_up_after_data = False
        self.pause = 0.0
        self._listener: socket.socket | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._accepting = eventlet.spawn(self._accept, self._listener)

    def stop(self) -> None:
        """The port stays the server's own, for a later start."""
        if self._listener is not None:
            self._accepting.kill()  # first: the number of a closed socket is given to the next one
            self._listener.close()
            self._listener = None

    def to(self, address: str) -> list[EmailMessage]:
        return [
            message for message, recipient in zip(self.messages, self.recipients, strict=True) if recipient == address
        ]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            eventlet.spawn_n(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            say = lambda line: connection.sendall(line.encode() + b"\r\n")  # noqa: E731
            say("220 test")
            recipient = ""
            for raw in lines:
                verb, _, rest = raw.decode().strip().partition(" ")
                verb = verb.upper()
                if verb == "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                    say(self.refuse(recipient) or "250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    self._take(lines, recipient)
                    if self.hang_up_after_data:
                        return
                    say("250 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    def _take(self, lines: Iterator[bytes], recipient: str) -> None:
        body = []
        for raw in lines:
            if raw == b".\r\n":
                break
            body.append(raw.removeprefix(b".") if raw.startswith(b"..") else raw)
        eventlet.sleep(self.pause)
        self.messages.append(email.message_from_bytes(b"".join(body), policy=email.policy.default))
        self.recipients.append(recipient)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
