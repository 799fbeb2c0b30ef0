import pytest

from tests.orders.world import World


@pytest.fixture
def world(database, moment):
    """An open sale of a market that anyone may join, with one farm taking part and nothing to sell yet."""
    return World(database("orders")).set_up()
