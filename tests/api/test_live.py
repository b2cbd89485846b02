"""The live feed, over a real port: events of one's own factory within seconds, ticks, and going on after a break."""

import asyncio
import json
from collections.abc import Iterator
from threading import Thread
from time import monotonic

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.live import Feed
from models.records import audit


@pytest.fixture(scope="module")
def address(servers) -> Iterator[str]:  # noqa: ARG001 - the servers must run
    server = uvicorn.Server(uvicorn.Config(create_app(), port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 60
    while not server.started:
        assert monotonic() < deadline, "the API did not start"
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(60)


class Stream:
    """One listener, as a screen is one."""

    def __init__(self, address, factory, role="viewer", **headers):
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self._client = httpx2.Client(base_url=address, timeout=60)
        self._context = self._client.stream("GET", "/api/v1/live", headers=factory.headers(role, **more))

    def __enter__(self):
        self.answer = self._context.__enter__()
        self._lines = self.answer.iter_lines()
        return self

    def __exit__(self, *error):
        self._context.__exit__(*error)
        self._client.close()

    def next(self, kind="message"):
        """Return the next event of a kind as (id, content)."""
        event, identity, data = "message", None, None
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "id":
                identity = int(value)
            elif name == "data":
                data = json.loads(value)
            elif not line and data is not None:
                if event == kind:
                    return identity, data
                event, identity, data = "message", None, None
        raise AssertionError("the stream ended")


def make_part(api, sku):
    return api.made("/parts", {"sku": sku, "name": sku})


def test_what_happens_reaches_those_who_watch(address, api, tenant):
    with Stream(address, tenant, "technician") as stream:
        stream.next("tick")
        part = make_part(api, "NUT")
        identity, event = stream.next()
    assert event["action"] == "parts:created"
    assert event["subject_id"] == part["id"]
    assert identity == event["id"]


def test_a_neighbours_events_never_arrive(address, api, tenant, stranger):
    with Stream(address, tenant, "technician") as stream:
        stream.next("tick")
        make_part(stranger, "THEIRS")
        mine = make_part(api, "MINE")
        assert stream.next()[1]["subject_id"] == mine["id"]


def test_a_broken_stream_goes_on_where_it_ended(address, api, tenant):
    with Stream(address, tenant, "technician") as stream:
        stream.next("tick")
        make_part(api, "ONE")
        last, _ = stream.next()
    missed = make_part(api, "TWO")
    with Stream(address, tenant, "technician", last_event_id=str(last)) as stream:
        assert stream.next()[1]["subject_id"] == missed["id"]


def test_ticks_prove_that_a_quiet_stream_is_alive(address, tenant):
    with Stream(address, tenant, "technician") as stream:
        first = stream.next("tick")[1]["server_time"]
        assert stream.next("tick")[1]["server_time"] > first


def test_who_may_not_read_work_may_not_watch_it(address, tenant):
    with Stream(address, tenant, "viewer") as stream:
        assert stream.answer.status_code == 403


async def test_the_feed_knows_the_newest_event_it_has_handed_out(tenant):
    feed = Feed()
    assert feed.newest(tenant.id) == 0
    async with feed.listen(tenant.id) as listener, asyncio.timeout(60):
        with tenant.begin() as session:
            audit.record(
                session,
                tenant_id=tenant.id,
                action="stock:received",
                module="stock",
                actor_id=None,
                subject_id=tenant.id,
            )
        event = await listener.get()
        assert event is not None
        assert event.id == str(feed.newest(tenant.id))
