import pytest

from tests.markets.world import World


@pytest.fixture
def world(database, moment):
    """A markets database, the frozen clock (Saturday 9 September 2023, 12:00 in Paris), and short words to act."""
    return World(database("markets"), moment)
