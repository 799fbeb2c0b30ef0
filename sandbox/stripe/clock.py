"""The time of day on the objects: the suite's clock where it is there, else the machine's."""

from datetime import UTC, datetime

try:
    from shared.clock import now
except ImportError:  # the stand-in also runs alone

    def now() -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


def timestamp() -> int:
    """Seconds since 1970, as every object carries them."""
    return int(now().timestamp())
