import pytest

from tests.distributions.world import DAY, World


@pytest.fixture
def world(database, moment):
    """Saturday at the hour of the distribution; the sale has closed."""
    moment.set(DAY)
    return World(database("distributions"))
