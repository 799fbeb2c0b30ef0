"""The embedded suite as a newcomer starts it: one process, a folder, free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Embedded:
    """`start()`, `stop()` (Ctrl-C), `terminate()` and `kill()`; what it keeps stays in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.mailbox = f"{self.url}/dev/mailbox.json"
        self.environment = {
            name: value for name, value in os.environ.items() if name not in {"AMQP_URI", "DATABASE_URL"}
        }
        self.environment |= {
            "CLAYETTE_VAR": str(folder),
            "CLAYETTE_CLOCK_FILE": str(folder / "clock"),
            "PUBLIC_URL": self.url,
            "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
            "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, demo: str | None = None) -> None:
        """`demo`: the size of the market to load."""
        command = [sys.executable, "-m", "clayette", "up", *(["--demo", demo] if demo else ["--no-seed"])]
        log = (self.folder / "log").open("a")
        self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, stdout=log, stderr=log)
        self._wait_until_ready()

    def stop(self) -> float:
        """Ctrl-C; answers the seconds it took to end by itself."""
        return self._end(signal.SIGINT)

    def terminate(self) -> None:
        """As a service manager stops it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> float:
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(how)
        assert self._process.wait(timeout=60) == 0, self.log()
        return time.monotonic() - began

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def until_printed(self, words: str, seconds: float = 200) -> None:
        until = time.monotonic() + seconds
        while words not in self.log():
            assert time.monotonic() < until, self.log()
            assert "could not be loaded" not in self.log(), self.log()
            time.sleep(0.2)

    def clayette(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the suite beside it."""
        environment = self.environment | {"CLAYETTE_URL": self.url}
        command = [sys.executable, "-m", "clayette", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=420, check=False
        )

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.url}/readyz", timeout=10).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.2)
        raise AssertionError(self.log())
