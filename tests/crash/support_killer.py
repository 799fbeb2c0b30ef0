"""Somebody who kills a process every so often, by chance, and starts it again."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import eventlet

from tests.crash.support_cluster import Cluster, Process


class Killer:
    """`seed` names the order of the kills; the instants are by chance in any case."""

    def __init__(self, victims: Sequence[Process], *, pause: float, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._victims, self._pause, self._chance = list(victims), pause, random.Random(seed)
        self._stopped = False

    def run(self) -> None:
        while not self._stopped:
            time.sleep(self._pause * self._chance.uniform(0.5, 1.5))
            victim = self._chance.choice(self._victims)
            if not self._stopped:
                self._strike(victim)

    def stop(self) -> None:
        self._stopped = True

    def _strike(self, victim: Process) -> None:
        self.killed[victim.name] += 1
        if victim.name == "gateway":
            victim.kill_a_child()
        else:
            victim.kill()
            victim.start()


@contextmanager
def killing(cluster: Cluster, *victims: Process, pause: float = 1.0, seed: int = 1) -> Iterator[Killer]:
    """While the block lasts; then everything is running again."""
    killer = Killer(victims, pause=pause, seed=seed)
    thread = eventlet.spawn(killer.run)
    try:
        yield killer
    finally:
        killer.stop()
        thread.wait()
        cluster.wait_until_ready()
