"""Does the hub go on while something works beside it?"""

import eventlet


def turns_during(work):
    """How often another green thread had its turn while `work()` ran."""
    turns = []

    def turn():
        while True:
            turns.append(1)
            eventlet.sleep(0.001)

    other = eventlet.spawn(turn)
    eventlet.sleep(0)
    before = len(turns)
    work()
    during = len(turns) - before
    other.kill()
    return during
