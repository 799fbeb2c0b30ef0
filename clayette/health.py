"""Whether one process of the suite is alive, asked from beside it; light, since containers ask often."""

import os
import urllib.error
import urllib.request

from shared.messaging import heartbeat

TIMEOUT_SECONDS = 5


def is_alive(name: str) -> bool:
    pages = {
        "gateway": f"http://127.0.0.1:{_port(os.environ.get('GATEWAY_BIND', ':8000'))}/healthz",
        "stripe": f"http://127.0.0.1:{os.environ.get('STRIPE_PORT', '8001')}/health",
        "mailbox": f"http://127.0.0.1:{os.environ.get('MAILBOX_WEB_PORT', '8025')}/healthz",
    }
    return _answers(pages[name]) if name in pages else heartbeat.is_fresh(name)


def _port(bind: str) -> str:
    return bind.rsplit(":", 1)[-1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - http on loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
