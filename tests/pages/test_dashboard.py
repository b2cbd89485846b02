from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from api.pages.dashboard.hours import bars
from api.pages.dashboard.shared import Shared
from models.messages.dashboard import Cause, Dashboard, HourOutput
from models.records import dashboard as records
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job, publish_lamp, scalar
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0)


def _read(factory: Factory, now: datetime = NOW) -> Dashboard:
    with factory.read() as session:
        return records.dashboard(session, now, now.replace(hour=0, minute=0), now - timedelta(days=7))


def test_an_empty_factory_has_an_empty_dashboard(browser: Opens, tenant: Factory) -> None:
    found = _read(tenant)
    assert [tally.counts for tally in found.tallies] == [(), (), (), ()]
    assert (found.endangered.late, found.endangered.jobs, found.short) == (0, (), ())
    page = Reader(browser(Role.MANAGER).get("/dashboard").text)
    assert "Everything is in time" in page.text
    assert "Nothing is short" in page.text


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("UPDATE jobs SET held = true, hold_reason = 'Wrong drawing'", Cause.JOB_HELD),
        ("UPDATE work_orders SET held = true, hold_reason = 'Crack' WHERE step_key = 'cut'", Cause.STEP_HELD),
        ("UPDATE work_orders SET state = 'PAUSED' WHERE step_key = 'cut'", Cause.PAUSED),
        ("SELECT 1", Cause.NOT_STARTED),
        ("UPDATE work_orders SET state = 'IN_PROGRESS' WHERE step_key = 'cut'", Cause.IN_WORK),
        ("UPDATE work_orders SET state = 'WAITING' WHERE step_key = 'cut'", Cause.WAITING),
    ],
)
def test_a_late_job_names_its_cause(tenant: Factory, change: str, cause: Cause) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = :due", due=NOW - timedelta(days=1))
    execute(tenant, change)
    endangered = _read(tenant).endangered
    assert (endangered.late, endangered.at_risk) == (1, 0)
    assert endangered.jobs[0].cause is cause


def test_a_job_is_at_risk_when_its_work_in_a_row_takes_longer_than_there_is_time(tenant: Factory) -> None:
    lamp_job(tenant, "10")
    minutes = _minutes_left(tenant)
    for spare, at_risk in ((timedelta(minutes=-1), 1), (timedelta(minutes=1), 0)):
        execute(tenant, "UPDATE jobs SET due_at = :due", due=NOW + timedelta(minutes=minutes) + spare)
        assert _read(tenant).endangered.at_risk == at_risk


def _minutes_left(factory: Factory) -> float:
    return float(scalar(factory, "SELECT sum(planned_minutes) FROM work_orders"))


def test_todays_output_stands_beside_yesterdays_until_this_time(tenant: Factory) -> None:
    hands = lamp_job(tenant, "2")
    hands.work("cut")
    for ended, today, yesterday in (
        (MIDNIGHT, 1, 0),
        (MIDNIGHT - timedelta(seconds=1), 0, 0),
        (NOW - timedelta(days=1, seconds=1), 0, 1),
    ):
        execute(tenant, "UPDATE work_orders SET ended_at = :at WHERE step_key = 'cut'", at=ended)
        out = _read(tenant).throughput
        assert (out.work_orders, out.work_orders_yesterday) == (today, yesterday)
    assert _read(tenant, MIDNIGHT + timedelta(hours=1)).throughput.good == 0


def test_stock_is_short_where_open_orders_need_more_than_there_is(tenant: Factory) -> None:
    lamp_job(tenant, "4", stocked=False)
    short = {part.sku: (part.on_hand, part.needed) for part in _read(tenant).short}
    assert short["BASE"] == (0, 4)


def test_a_viewer_sees_numbers_and_no_names(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '1 day'")
    page = Reader(browser(Role.VIEWER).get("/dashboard").text)
    assert "JOB-" not in page.text
    assert [address for address in page.addresses if address.startswith(("/jobs", "/orders", "/work-orders"))] == []


def test_an_open_dashboard_asks_for_its_widgets_alone(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    part = browser(Role.MANAGER).get("/dashboard/widgets?period=day", hx_request="true")
    assert "<html" not in part.text
    assert 'hx-get="/dashboard/widgets?period=day"' in part.text


def test_the_hours_of_a_day_are_its_bars() -> None:
    drawn = bars((HourOutput(began_at=MIDNIGHT + timedelta(hours=3), work_orders=4),), MIDNIGHT, NOW)
    assert [(bar.hour, bar.count, bar.share) for bar in drawn if bar.count] == [(3, 4, 1.0)]
    assert [bar.hour for bar in drawn if bar.future] == list(range(16, 24))


def test_many_who_ask_at_once_share_one_answer() -> None:
    shared: Shared[object] = Shared(seconds=60)
    computed: list[int] = []
    together = Barrier(8)

    def ask() -> None:
        together.wait()
        shared.get("factory", lambda: computed.append(1) or object())

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(computed) == 1
    assert shared.get("another", lambda: 7) == 7


def test_a_factory_with_nothing_is_led_through_its_first_steps(browser: Opens) -> None:
    assert "First steps" in browser(Role.ADMIN).get("/dashboard").text
    assert "First steps" not in browser(Role.VIEWER).get("/dashboard").text


def test_a_factory_at_work_is_not_told_how_to_begin(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    assert "First steps" not in browser(Role.ADMIN).get("/dashboard").text
