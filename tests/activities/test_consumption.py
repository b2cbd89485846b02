"""What completing takes from stock: exactly the plan, or exactly what was said."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.messages.commands import CompleteWorkOrder, ReportWorkOrder, StartWorkOrder
from models.rules.commands import CommandState, RefusalKind
from tests.factories import Factory, make_tenant
from tests.floor import DATA, Hands, lamp_job, receive, rows, stock_of

TORQUE = DATA["mount"]


def used(job: Hands, sku: str) -> Decimal:
    return Decimal(1000) - stock_of(job.factory, sku)


def ruined(job: Hands, sku: str) -> Decimal:
    return stock_of(job.factory, sku, "scrap")


def ledger_sums(job: Hands) -> set[Decimal]:
    return {row[0] for row in rows(job.factory, "SELECT sum(quantity) FROM stock_entries GROUP BY part_id")}


def test_completing_takes_the_requirement_of_the_lot(job: Hands) -> None:
    job.work("cut")
    job.work("mount")
    assert used(job, "WIRE") == Decimal("1.456")  # 0.35 m x 4 x 1.04
    assert used(job, "BASE") == 4
    assert used(job, "SCREW") == 13  # 3 x 4 x 1.05 = 12.6, whole screws
    assert ledger_sums(job) == {0}


def test_what_is_short_is_listed_whole_and_nothing_moves(tenant: Factory) -> None:
    job = lamp_job(tenant, "4", stocked=False)
    receive(tenant, WIRE="2", BASE="3", SCREW="12")
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    refused = job.refused(CompleteWorkOrder(data=TORQUE), "mount")
    assert refused.refusal.kind is RefusalKind.STOCK_SHORT
    assert {(short.sku, short.wanted, short.on_hand) for short in refused.shortages} == {
        ("BASE", 4, 3), ("SCREW", 13, 12),
    }  # fmt: skip
    assert stock_of(tenant, "BASE") == 3
    assert job.work_order("mount").state == "IN_PROGRESS"
    receive(tenant, BASE="1", SCREW="1")
    job.do(CompleteWorkOrder(data=TORQUE), "mount")
    assert stock_of(tenant, "BASE") == 0


def test_parts_named_replace_the_plan_for_these_parts_only(job: Hands) -> None:
    job.work("cut")
    parts = ({"part": "SCREW", "quantity": 20, "scrapped": 2}, {"part": "BOX", "quantity": 1})
    job.work("mount", parts_used=parts)
    assert (used(job, "SCREW"), ruined(job, "SCREW")) == (22, 2)
    assert used(job, "BASE") == 4
    assert used(job, "BOX") == 1
    assert ledger_sums(job) == {0}


def test_parts_are_named_in_any_unit_that_fits(job: Hands) -> None:
    job.work("cut", parts_used=({"part": "WIRE", "quantity": 150, "uom": "cm", "scrapped": Decimal("2.5")},))
    assert (used(job, "WIRE"), ruined(job, "WIRE")) == (Decimal("1.525"), Decimal("0.025"))


def test_parts_nobody_knows_or_can_count_like_this_are_refused(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    for part in (
        {"part": "GOLD", "quantity": 1},
        {"part": "WIRE", "quantity": 1, "uom": "kg"},
        {"part": "WIRE", "quantity": 1, "uom": "parsec"},
        {"part": "SCREW", "quantity": Decimal("0.5")},
        {"part": "SCREW", "quantity": 1, "scrapped": Decimal("0.1")},
    ):
        refused = job.refused(CompleteWorkOrder(parts_used=(part,)), "cut")
        assert refused.refusal.kind is RefusalKind.UNKNOWN_PART, part
    assert used(job, "WIRE") == 0


def test_reporting_twice_and_completing_books_exactly_the_requirement(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    for good, screws in ((Decimal(1), 4), (Decimal(2), 10)):  # 13/4 and 39/4, whole screws
        job.do(ReportWorkOrder(good=good), "mount")
        assert used(job, "SCREW") == screws
    job.do(CompleteWorkOrder(data=TORQUE), "mount")
    assert (used(job, "SCREW"), used(job, "BASE")) == (13, 4)


def test_parts_named_in_a_report_count_towards_the_plan_of_the_rest(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    job.do(ReportWorkOrder(good=Decimal(2), parts_used=({"part": "SCREW", "quantity": 11},)), "mount")
    job.do(CompleteWorkOrder(data=TORQUE), "mount")
    assert used(job, "SCREW") == 13


def test_scrapped_pieces_have_used_their_parts_too(job: Hands) -> None:
    job.work("cut", good=Decimal(3), scrapped=Decimal(1), reason="bent")
    assert used(job, "WIRE") == Decimal("1.456")
    job.work("mount")
    assert used(job, "BASE") == 3


def test_rework_uses_only_what_is_named(job: Hands) -> None:
    job.work("cut")
    job.work("mount")
    job.work("polish")
    job.work("check", good=Decimal(3), rejected=Decimal(1), reason="dark")
    before = used(job, "BASE"), used(job, "SCREW")
    job.work("mount", parts_used=({"part": "SCREW", "quantity": 2},))
    assert (used(job, "BASE"), used(job, "SCREW")) == (before[0], before[1] + 2)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(shares=st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_however_progress_is_split_the_books_come_out_the_same(servers: object, shares: list[int]) -> None:
    assert servers
    lot = sum(shares)
    job = lamp_job(make_tenant(), str(lot))
    job.do(StartWorkOrder(), "cut")
    last = shares.pop()
    for share in shares:
        job.do(ReportWorkOrder(good=Decimal(share)), "cut")
    job.do(CompleteWorkOrder(good=Decimal(last)), "cut")
    assert used(job, "WIRE") == (Decimal("0.35") * lot * Decimal("1.04")).quantize(Decimal("0.000001"))
    assert ledger_sums(job) == {0}


def test_a_refused_completion_can_be_tried_again_under_a_new_command_only(tenant: Factory) -> None:
    job = lamp_job(tenant, "4", stocked=False)
    job.do(StartWorkOrder(), "cut")
    command = job.command(CompleteWorkOrder(), "cut")
    (refused,) = job.deliver(command)
    receive(tenant, WIRE="10")
    assert job.deliver(command) == (refused,)
    assert job.deliver(job.command(CompleteWorkOrder(), "cut"))[0].state is CommandState.APPLIED
