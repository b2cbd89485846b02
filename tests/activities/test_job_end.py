"""The end of a job: finished goods, closed clocks, and a cost sheet one can follow with a pencil."""

from decimal import Decimal

import pytest
from temporalio.exceptions import ApplicationError

from models.messages.commands import CancelWorkOrder, CompleteWorkOrder, SkipWorkOrder, StartWorkOrder
from models.messages.stock import BalanceFilters
from models.records.costs import sheet_of_order
from models.records.stock_views import balances
from tests.floor import DATA, Hands, rows, scalar, stock_of


def made_up_to_pack(job: Hands) -> None:
    job.work("cut", minutes=10)  # 4 x 0.364 m wire
    job.work("mount", minutes=20, parts_used=({"part": "SCREW", "quantity": 12, "scrapped": 2},))
    job.do(SkipWorkOrder(reason="shines already"), "polish")
    job.work("check", minutes=6)
    job.do(StartWorkOrder(), "pack")
    job.later(4)


def test_the_cost_sheet_says_what_was_planned_and_what_it_took(job: Hands) -> None:
    made_up_to_pack(job)
    job.do(CompleteWorkOrder(minutes=Decimal(5)), "pack")
    job.finish()
    with job.factory.read() as session:
        sheet = sheet_of_order(session, job.order_id)
    wire, base, screw, box = (Decimal("1.456") * Decimal("0.8"), Decimal(10), Decimal("0.60"), Decimal("4.8"))
    assert sheet.planned_material == wire + base + Decimal("0.65") + box
    assert sheet.planned_time == (Decimal(36) * 30 + Decimal(52) * 12 + 2 * 24) / Decimal(60)
    assert sheet.actual_material == wire + base + screw + box
    assert sheet.actual_scrap == Decimal("0.10")
    assert sheet.actual_minutes == 41
    # cut 10 x 42, mount 20 x (30 + 2 x 12), check 6 x 42, pack 5 x 24, per hour
    assert sheet.actual_time.quantize(Decimal("0.0001")) == Decimal(420 + 1080 + 252 + 120) / 60


def test_actual_cost_is_rounded_as_money_once(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(1 / 7)
    job.do(CompleteWorkOrder(scrapped=Decimal(1), reason="torn"), "cut")
    with job.factory.read() as session:
        sheet = sheet_of_order(session, job.order_id)
    assert sheet.actual_minutes == Decimal("0.142857")
    assert sheet.actual_time == Decimal("0.1"), "0.142857 / 60 x 42 is 0.0999999"
    assert sheet.actual_scrap == 0, "what the torn piece took stands in material and time"
    assert sheet.actual_material == Decimal("1.456") * Decimal("0.8")


def test_finished_goods_come_in_at_what_they_cost_and_only_once(job: Hands) -> None:
    made_up_to_pack(job)
    job.do(CompleteWorkOrder(good=Decimal(3), scrapped=Decimal(1), reason="dropped"), "pack")
    job.finish()
    job.finish()
    assert stock_of(job.factory, "LAMP") == 3
    with job.factory.read() as session:
        sheet = sheet_of_order(session, job.order_id)
    total = sheet.actual_material + sheet.actual_scrap + sheet.actual_time
    entry = rows(job.factory, "SELECT unit_cost FROM stock_entries WHERE kind = 'produce' AND location = 'stock'")
    assert len(entry) == 1
    assert entry[0].unit_cost == (total / 3).quantize(Decimal("0.000001"))
    with job.factory.read() as session:
        (lamps,) = (one for one in balances(session, BalanceFilters()).items if one.sku == "LAMP")
    assert lamps.value == 3 * entry[0].unit_cost
    ended = rows(job.factory, "SELECT status, produced, ended_at, seq FROM jobs")[0]
    assert (ended.status, ended.produced, ended.seq) == ("DONE", 3, job.seq + 1)
    assert scalar(job.factory, "SELECT produced FROM manufacturing_orders") == 3
    assert scalar(job.factory, "SELECT count(*) FROM job_events WHERE kind = 'jobs:finished'") == 1


def test_a_cancelled_job_produces_nothing_and_stops_every_clock(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    job.later(3)
    job.do(CancelWorkOrder(reason="customer left"))
    job.finish()
    job.finish()
    assert scalar(job.factory, "SELECT status FROM jobs") == "CANCELLED"
    assert scalar(job.factory, "SELECT count(*) FROM time_entries WHERE ended_at IS NULL") == 0
    assert stock_of(job.factory, "LAMP") == 0
    assert stock_of(job.factory, "WIRE") == Decimal("998.544"), "what was used stays used"


def test_a_job_is_not_finished_by_a_workflow_that_is_behind(job: Hands) -> None:
    job.work("cut")
    job.seq -= 1
    with pytest.raises(ApplicationError, match="is at fact") as caught:
        job.finish()
    assert caught.value.type == "StateSkew"
    assert scalar(job.factory, "SELECT status FROM jobs") == "IN_PROGRESS"


def test_opening_twice_makes_first_work_orders_ready_once(job: Hands) -> None:
    before = rows(job.factory, "SELECT id, state, ready_at FROM work_orders ORDER BY step_index")
    job.brain.states[0] = type(job.brain.states[0]).WAITING
    job.open()
    assert rows(job.factory, "SELECT id, state, ready_at FROM work_orders ORDER BY step_index") == before
    assert scalar(job.factory, "SELECT count(*) FROM job_events") == 1


def test_data_of_a_step_is_kept_with_its_attempt(job: Hands) -> None:
    job.work("cut")
    job.work("mount")
    work_order = job.work_order("mount")
    found = rows(job.factory, "SELECT work_order_id, key FROM collected_data")
    assert [(row.work_order_id, row.key) for row in found] == [(work_order.id, DATA["mount"][0]["key"])]
