import pytest

from tests.markets.world import World


@pytest.fixture
def world(database, moment):
    """A markets database, the frozen clock (Saturday 9 September 2023, 12:00 in Paris), and short words to act."""
    return World(database("markets"), moment)


@pytest.fixture
def anne(world):
    return world.person()


@pytest.fixture
def market(world, anne):
    """Anne's; what was told when it was opened is forgotten."""
    made = world.market(anne)
    world.forget()
    return made
