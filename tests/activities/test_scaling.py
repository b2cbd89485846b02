"""From an order to its manufacturing order, jobs and work orders."""

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy.exc import NoResultFound
from temporalio.testing import ActivityEnvironment

from activities import manufacturing_orders as activity
from activities.orders import OrderActivities
from models.messages.orders import JobPage, ScaleOrder
from models.records.orders import OrderRefused
from models.rules.orders import Status
from tests.factories import Factory
from tests.floor import hands_of, place, publish_lamp, rows, scalar, scale


@pytest.fixture
def shop(tenant: Factory) -> Factory:
    publish_lamp(tenant)
    return tenant


def lots(shop: Factory) -> list[Decimal]:
    return [row.quantity for row in rows(shop, "SELECT quantity FROM jobs ORDER BY lot_number")]


def test_one_job_is_made_for_all_where_no_lot_size_is_given(shop: Factory) -> None:
    assert scale(shop, place(shop, "7")).job_count == 1
    assert lots(shop) == [7]
    assert scalar(shop, "SELECT count(*) FROM work_orders WHERE state = 'WAITING'") == 5


def test_the_last_lot_takes_the_remainder(shop: Factory) -> None:
    scale(shop, place(shop, "7", "3"))
    assert lots(shop) == [3, 3, 1]
    minutes = rows(shop, "SELECT planned_minutes FROM work_orders WHERE step_key = 'cut' ORDER BY code")
    assert [row[0] for row in minutes] == [Decimal("6.5"), Decimal("6.5"), Decimal("3.5")]


def test_requirements_are_the_sum_of_what_each_lot_needs_by_itself(shop: Factory) -> None:
    scale(shop, place(shop, "7", "3"))
    needs = rows(shop, "SELECT p.sku, r.quantity FROM requirements r JOIN parts p ON p.id = r.part_id")
    # Screws: 3 x 3 x 1.05 = 9.45 -> 10 for each lot of three, 3.15 -> 4 for the last.
    assert {row.sku: row.quantity for row in needs} == {
        "WIRE": Decimal("2.548"), "BASE": 7, "SCREW": 24, "BOX": 7,
    }  # fmt: skip
    mo = rows(shop, "SELECT planned_material_cost, planned_time_cost FROM manufacturing_orders")[0]
    assert mo.planned_material_cost == Decimal("2.548") * Decimal("0.8") + Decimal("17.5") + Decimal("1.2") + Decimal(
        "8.4"
    )
    # Minutes: cut 3 x 2 + 7 x 1.5, mount 28 (crew 2), polish 7, check 14 at ASSY; pack 3.5 at PACK.
    assert mo.planned_time_cost == (Decimal("65.5") * 30 + Decimal("93.5") * 12 + Decimal("3.5") * 24) / 60


def test_scaling_goes_on_after_an_interruption_where_the_last_commit_stood(
    shop: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "_WORK_ORDERS_AT_ONCE", 10)  # two jobs of five steps at a time
    order_id = place(shop, "9", "1")
    request = ScaleOrder(tenant_id=shop.id, order_id=order_id)
    beats: list[int] = []
    environment = ActivityEnvironment()

    def beat(made: int) -> None:
        beats.append(made)
        if made == 4:
            raise ConnectionResetError("the worker was killed")

    environment.on_heartbeat = beat
    with pytest.raises(ConnectionResetError):
        environment.run(activity.ManufacturingOrderActivities().scale, request)
    assert len(lots(shop)) == 4
    again = ActivityEnvironment()
    again.on_heartbeat = beats.append
    scaled = again.run(activity.ManufacturingOrderActivities().scale, request)
    assert beats == [2, 4, 6, 8, 9]
    assert scaled.job_count == len(lots(shop)) == 9
    assert scalar(shop, "SELECT count(*) FROM work_orders") == 45
    assert scalar(shop, "SELECT count(*) FROM manufacturing_orders") == 1
    assert scalar(shop, "SELECT quantity FROM requirements r JOIN parts p ON p.id = r.part_id WHERE sku = 'BOX'") == 9


def test_scaling_twice_makes_nothing_twice(shop: Factory) -> None:
    order_id = place(shop, "4", "2")
    assert scale(shop, order_id) == scale(shop, order_id)
    assert lots(shop) == [2, 2]


def test_an_unknown_order_cannot_be_scaled(shop: Factory) -> None:
    with pytest.raises(NoResultFound):
        scale(shop, uuid4())


def test_jobs_are_started_page_by_page_in_lot_order(shop: Factory) -> None:
    order_id = place(shop, "5", "1")
    scale(shop, order_id)
    environment, after, seen = ActivityEnvironment(), 0, []
    while True:
        request = JobPage(tenant_id=shop.id, order_id=order_id, after_lot=after, limit=2)
        page = environment.run(OrderActivities().jobs_to_start, request)
        seen += [job.job.code for job in page.jobs]
        if page.last_lot == after:
            break
        after = page.last_lot
    assert seen == [f"JOB-{number:06d}" for number in range(1, 6)]


def test_an_order_ends_with_its_last_job_and_only_once(shop: Factory) -> None:
    order_id = place(shop, "2", "1")
    scale(shop, order_id)
    request = ScaleOrder(tenant_id=shop.id, order_id=order_id)
    conclude = OrderActivities().conclude
    assert ActivityEnvironment().run(conclude, request).open_jobs == 2
    from models.messages.commands import CancelWorkOrder

    for lot in (1, 2):
        hands = hands_of(shop, order_id, lot).open()
        hands.do(CancelWorkOrder(reason="not wanted"))
        hands.finish()
    for _ in range(2):
        progress = ActivityEnvironment().run(conclude, request)
        assert (progress.open_jobs, progress.status) == (0, Status.CANCELLED)
    assert scalar(shop, "SELECT row_version FROM orders") == 2


@pytest.mark.parametrize(("quantity", "lot_size"), [("900000000000", None), ("2001", "1"), ("400000000000", "9999999")])
def test_an_order_too_large_to_be_counted_is_refused_when_it_is_placed(
    shop: Factory, quantity: str, lot_size: str | None
) -> None:
    with pytest.raises(OrderRefused):
        place(shop, quantity, lot_size)
    assert scalar(shop, "SELECT count(*) FROM orders") == 0


def test_an_order_of_too_many_jobs_is_told_the_lot_size_that_would_do(shop: Factory) -> None:
    with pytest.raises(OrderRefused, match=r"100,000 jobs of 5 steps.* 2,000 of them: .* lot size of at least 50,"):
        place(shop, "100000", "1")
    place(shop, "100000", "50")
