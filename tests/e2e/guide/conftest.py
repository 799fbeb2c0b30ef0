"""The guide, from its first page to its last, by its own labels, with the same browsers throughout.

The chapters build on each other: after one that fails, the others are left out.
"""

import os

import pytest

from tests.e2e.guide.tale import Tale
from tests.e2e.visitor import visits
from tests.flows.embedded import Embedded
from tests.support.cluster import Cluster

SEVERAL = {"payments": 2, "notifications": 2}


def suite_in(folder):
    """As `make up` starts it; where AMQP_URI and DATABASE_URL name servers, processes on them, some of them several."""
    return Cluster(folder, SEVERAL) if os.environ.get("AMQP_URI") else Embedded(folder)


@pytest.fixture(scope="package")
def told(tmp_path_factory, browser, request):
    suite = suite_in(tmp_path_factory.mktemp("suite"))
    try:
        suite.start()
        with visits(browser, suite.url) as come:
            tale = Tale(suite, come)
            tale.failed_before = request.session.testsfailed
            yield tale
    finally:
        suite.kill()


@pytest.fixture
def tale(told, request):
    if request.session.testsfailed > told.failed_before:
        pytest.skip("an earlier chapter failed")
    return told
