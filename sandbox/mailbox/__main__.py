"""`python -m sandbox.mailbox --smtp-port 1025 --web-port 8025 --db FILE`: the mail box as a process of its own."""

import argparse
import signal
import threading
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.mailbox.box import start
from sandbox.mailbox.pages import PREFIX, create_app


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The mails are on the page; requests for it are no news."""


def serve(smtp_port: int, web_port: int, db: str | Path, host: str = "127.0.0.1") -> None:
    """Until SIGTERM or SIGINT."""
    box = start(db, smtp_port=smtp_port, host=host)
    web = make_server(host, web_port, create_app(box), threaded=True, request_handler=_Quiet)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop that this handler interrupts: ask for it from another thread
        signal.signal(number, lambda *_: threading.Thread(target=web.shutdown, daemon=True).start())
    print(f"SMTP {host}:{box.smtp_port}, pages http://{host}:{web.port}{PREFIX}", flush=True)  # noqa: T201
    web.serve_forever(0.1)
    web.server_close()
    box.stop()


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m sandbox.mailbox", description=__doc__)
    words.add_argument("--smtp-port", type=int, default=1025)
    words.add_argument("--web-port", type=int, default=8025)
    words.add_argument("--db", default="var/mailbox.sqlite")
    words.add_argument("--host", default="127.0.0.1")
    said = words.parse_args()
    serve(said.smtp_port, said.web_port, said.db, said.host)


if __name__ == "__main__":
    main()
