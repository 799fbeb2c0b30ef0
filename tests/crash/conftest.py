"""One cluster for all crash tests: starting it takes longest, and each test brings its own market."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import clock
from tests.crash.support_cluster import Cluster

NEEDS = "kills processes of a suite on RabbitMQ and PostgreSQL: run `make test-cluster`"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("CLAYETTE_CLUSTER"):
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason=NEEDS))


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    clock._file = str(folder / "clock")  # the test sees the time of the suite
    suite = Cluster(folder)
    try:
        suite.start()
        yield suite
    finally:
        suite.kill()
        clock._file = None
