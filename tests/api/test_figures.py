from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.api.conftest import Api
from tests.api.running import Floor
from tests.working import working


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working(relays=True):
        yield


def test_a_viewer_reads_numbers_and_nothing_else(api: Api) -> None:
    viewer = api.as_("viewer")
    assert viewer.get("/figures").status_code == 200
    for path in ("/orders", "/work-orders", "/jobs", "/products", "/parts", "/stock/balances", "/commands", "/audit"):
        assert viewer.get(path).status_code == 403, path
    assert api.as_("technician").get("/figures").status_code == 403


def test_the_numbers_are_those_of_the_factory(api: Api) -> None:
    floor, began = Floor(api), datetime.now(UTC)  # left out, it is midnight, which may be now
    job = floor.job("2")
    floor.work(job, "cut")
    figures = api.get(f"/figures?since={began:%Y-%m-%dT%H:%M:%SZ}").json()
    assert {"state": "IN_PROGRESS", "count": 1} in figures["jobs"]
    assert {"state": "COMPLETED", "count": 1} in figures["work_orders"]
    assert (figures["output"]["work_orders"], figures["output"]["good"]) == (1, "2")
    assert (figures["late_orders"], figures["late_work_orders"]) == (0, 0)
    later = api.get("/figures?since=2199-01-01T00:00:00Z").json()
    assert later["output"]["work_orders"] == 0


def test_another_factory_counts_for_itself(api: Api, stranger: Api) -> None:
    Floor(api).job("1")
    figures = stranger.get("/figures").json()
    assert (figures["orders"], figures["jobs"], figures["work_orders"]) == ([], [], [])
