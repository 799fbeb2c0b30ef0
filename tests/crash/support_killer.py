"""Somebody who kills a process every so often, by chance, and starts it again."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import eventlet
import requests

from tests.crash.support_cluster import Cluster, Process

RECOVERY_SECONDS = 15


class Killer:
    """`seed` names the order of the kills; the instants are by chance in any case. A patient one waits, not for ever, until
    every service answers again: a busy machine needs long to start a process, and if all are killed at a fixed pace,
    nothing is left there to be killed at its work.
    """

    def __init__(self, cluster: Cluster, victims: Sequence[Process], *, pause: float, seed: int, patient: bool) -> None:
        self.killed: Counter[str] = Counter()
        self._cluster, self._patient = cluster, patient
        self._victims, self._pause, self._chance = list(victims), pause, random.Random(seed)
        self._stopped = False

    def run(self) -> None:
        while not self._stopped:
            time.sleep(self._pause * self._chance.uniform(0.5, 1.5))
            if self._patient:
                self._let_recover()
            victim = self._chance.choice(self._victims)
            if not self._stopped:
                self._strike(victim)

    def stop(self) -> None:
        self._stopped = True

    def _let_recover(self) -> None:
        ends = time.monotonic() + RECOVERY_SECONDS
        while not self._stopped and time.monotonic() < ends:
            with suppress(requests.RequestException):
                if requests.get(f"{self._cluster.url}/readyz", timeout=RECOVERY_SECONDS).ok:
                    return
            time.sleep(0.2)

    def _strike(self, victim: Process) -> None:
        self.killed[victim.name] += 1
        if victim.name == "gateway":
            victim.kill_a_child()
        else:
            victim.kill()
            victim.start()


@contextmanager
def killing(
    cluster: Cluster, *victims: Process, pause: float = 1.0, seed: int = 1, patient: bool = False
) -> Iterator[Killer]:
    """While the block lasts; then everything is running again."""
    killer = Killer(cluster, victims, pause=pause, seed=seed, patient=patient)
    thread = eventlet.spawn(killer.run)
    try:
        yield killer
    finally:
        killer.stop()
        thread.wait()
        cluster.wait_until_ready()
