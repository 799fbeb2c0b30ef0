"""The store and the SMTP server together."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.mailbox.smtp import Server
from sandbox.mailbox.store import Store


@dataclass(frozen=True)
class Mailbox:
    store: Store
    server: Server

    @property
    def smtp_port(self) -> int:
        return self.server.port

    def stop(self) -> None:
        self.server.stop()
        self.store.close()


def start(file: str | Path, *, smtp_port: int = 1025, host: str = "127.0.0.1") -> Mailbox:
    """Take mail from now on. Port 0: any free one."""
    store = Store(file)
    server = Server(store, host, smtp_port)
    server.start()
    return Mailbox(store, server)
