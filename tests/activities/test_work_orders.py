"""Writing moves: once, whole or not at all, and fenced."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import event
from temporalio.exceptions import ApplicationError

from models.connections.postgres import engine
from models.messages.commands import (
    AssignWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    PauseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    ReworkWorkOrder,
    SkipWorkOrder,
    StartWorkOrder,
)
from models.rules.access import Role
from models.rules.commands import CommandState, RefusalKind
from tests.factories import Factory
from tests.floor import Hands, execute, lamp_job, rows, scalar, stock_of

_FACTS = (
    "job_events", "outbox", "stock_entries", "time_entries", "collected_data", "rejections", "commands", "work_orders",
)  # fmt: skip


def facts(job: Hands) -> dict[str, object]:
    """Everything that a move could have changed."""
    counts: dict[str, object] = {name: scalar(job.factory, f"SELECT count(*) FROM {name}") for name in _FACTS}  # noqa: S608
    counts["seq"] = scalar(job.factory, "SELECT seq FROM jobs WHERE id = :job", job=job.job_id)
    counts["states"] = [tuple(row) for row in rows(
        job.factory, "SELECT state, good, held, assignee_id FROM work_orders WHERE job_id = :job ORDER BY step_index",
        job=job.job_id,
    )]  # fmt: skip
    counts["wire"] = stock_of(job.factory, "WIRE")
    return counts


def test_the_same_delivery_twice_is_written_once_and_answered_alike(job: Hands) -> None:
    delivery = job.moves(
        job.command(StartWorkOrder(), "cut"), job.command(CompleteWorkOrder(), "cut"),
        job.command(StartWorkOrder(), "mount"),
    )  # fmt: skip
    first = job.write(delivery)
    written = facts(job)
    assert job.write(delivery) == first
    assert facts(job) == written
    assert [outcome.seq for outcome in first] == [2, 3, 4]


def test_two_deliveries_of_the_same_command_at_the_same_time_are_one(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    delivery = job.moves(job.command(CompleteWorkOrder(), "cut"))
    together = Barrier(4)

    def write(_number: int) -> object:
        together.wait(60)
        return job.write(delivery)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(write, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert scalar(job.factory, "SELECT count(*) FROM job_events WHERE kind = 'work_orders:completed'") == 1
    assert stock_of(job.factory, "WIRE") == Decimal(1000) - Decimal("1.456")


@contextmanager
def power_cut(after: int) -> Iterator[Callable[[], int]]:
    """Fail before the nth statement that reaches the database; tells how many there were."""
    seen = 0

    def count(*_args: object) -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise ConnectionResetError("the power went")

    event.listen(engine(), "before_cursor_execute", count)
    try:
        yield lambda: seen
    finally:
        event.remove(engine(), "before_cursor_execute", count)


def test_a_crash_between_any_two_statements_leaves_nothing(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    delivery = job.moves(job.command(CompleteWorkOrder(), "cut"), job.command(StartWorkOrder(), "mount"))
    before = facts(job)
    statement = 0
    while True:
        with power_cut(after=statement):
            try:
                outcomes = job.write(delivery)
            except ConnectionResetError:
                pass
            else:
                break
        assert facts(job) == before, f"statement {statement}"
        statement += 1
    assert statement > 6, "there was something to interrupt"
    assert [outcome.state for outcome in outcomes] == [CommandState.APPLIED] * 2


def test_a_workflow_that_is_ahead_of_the_database_is_refused(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    before = facts(job)
    with pytest.raises(ApplicationError, match="is at fact") as caught:
        job.write(job.moves(job.command(PauseWorkOrder(), "cut"), seq=job.seq + 1))
    assert caught.value.type == "StateSkew"
    assert caught.value.non_retryable
    assert facts(job) == before


def test_a_workflow_of_an_older_epoch_is_refused_even_with_a_known_command(job: Hands) -> None:
    command = job.command(StartWorkOrder(), "cut")
    delivery = job.moves(command)
    job.write(delivery)
    execute(job.factory, "UPDATE jobs SET epoch = 1 WHERE id = :job", job=job.job_id)
    before = facts(job)
    with pytest.raises(ApplicationError, match="rebuilt") as caught:
        job.write(delivery)
    assert caught.value.type == "StateSkew"
    assert facts(job) == before


def test_a_move_from_a_state_the_row_does_not_have_is_refused(job: Hands) -> None:
    delivery = job.moves(job.command(StartWorkOrder(), "cut"))
    execute(job.factory, "UPDATE work_orders SET state = 'PAUSED' WHERE id = :id", id=job.work_order("cut").id)
    before = facts(job)
    with pytest.raises(ApplicationError, match="work orders were in the state"):
        job.write(delivery)
    assert facts(job) == before


def test_a_batch_stops_at_the_move_the_database_refuses_and_keeps_what_came_before(tenant: Factory) -> None:
    job = lamp_job(tenant, "4", stocked=False)
    commands = (
        job.command(StartWorkOrder(), "cut"), job.command(CompleteWorkOrder(), "cut"),
        job.command(StartWorkOrder(), "mount"),
    )  # fmt: skip
    outcomes = job.deliver(*commands)
    assert [outcome.state for outcome in outcomes] == [CommandState.APPLIED, CommandState.REFUSED]
    assert outcomes[1].refusal is not None
    assert outcomes[1].refusal.kind is RefusalKind.STOCK_SHORT
    stored = {row.id: row.state for row in rows(job.factory, "SELECT id, state FROM commands")}
    assert stored == {commands[0].id: "APPLIED", commands[1].id: "REFUSED"}
    assert job.work_order("cut").state == "IN_PROGRESS"
    # The third is decided anew: nothing is ready for it now.
    assert job.deliver(commands[2])[0].refusal.kind is RefusalKind.WRONG_STATE


def test_a_command_known_from_before_gives_its_stored_fate_inside_a_batch(job: Hands) -> None:
    start = job.command(StartWorkOrder(), "cut")
    job.deliver(start)
    pause = job.command(PauseWorkOrder(), "cut")
    outcomes = job.write(job.moves(start, pause))
    assert outcomes[0].seq == 2
    assert len(outcomes) == 1, "the brain thought otherwise of the first, so the second is decided anew"
    assert job.deliver(pause)[0].seq == 3


def test_a_refusal_asked_again_stays_the_refusal_it_was(job: Hands) -> None:
    pause = job.command(PauseWorkOrder(), "cut")
    first = job.deliver(pause)[0]
    assert first.refusal.kind is RefusalKind.WRONG_STATE
    job.do(StartWorkOrder(), "cut")
    again = job.write(job.moves(pause))[0]
    assert again == first
    assert job.work_order("cut").state == "IN_PROGRESS"


def test_a_refusal_the_brain_foresaw_lets_the_rest_of_the_batch_go_on(job: Hands) -> None:
    outcomes = job.deliver(
        job.command(PauseWorkOrder(), "cut"), job.command(StartWorkOrder(), "cut"),
        job.command(StartWorkOrder(), "pack"), job.command(PauseWorkOrder(), "cut"),
    )  # fmt: skip
    assert [outcome.state.value for outcome in outcomes] == ["REFUSED", "APPLIED", "REFUSED", "APPLIED"]
    assert job.seq == 3
    assert scalar(job.factory, "SELECT count(*) FROM commands") == 4


def test_an_unknown_job_is_not_found_and_not_a_skew(job: Hands) -> None:
    delivery = job.moves(job.command(StartWorkOrder(), "cut"))
    with pytest.raises(LookupError):
        job.write(delivery.model_copy(update={"job_id": uuid4()}))
    with pytest.raises(LookupError):
        job.write(delivery.model_copy(update={"tenant_id": uuid4()}))


def test_work_given_to_somebody_else_is_not_yours(job: Hands) -> None:
    technician = job.factory.actor(Role.TECHNICIAN)
    job.do(AssignWorkOrder(user_id=job.factory.actor(Role.ADMIN).user_id), "cut")
    refused = job.refused(StartWorkOrder(), "cut", actor=technician)
    assert refused.refusal.kind is RefusalKind.NOT_YOURS
    job.do(AssignWorkOrder(user_id=technician.user_id), "cut")
    job.do(StartWorkOrder(), "cut", actor=technician)
    job.do(PauseWorkOrder(reason="lunch"), "cut", by=Role.MANAGER)


def test_an_unassigned_work_order_becomes_its_starters(job: Hands) -> None:
    technician = job.factory.actor(Role.TECHNICIAN)
    job.do(StartWorkOrder(), "cut", actor=technician)
    assert job.work_order("cut").assignee_id == technician.user_id
    job.do(AssignWorkOrder(), "cut")
    assert job.work_order("cut").assignee_id is None


def test_work_goes_to_active_people_of_this_factory_only(job: Hands, other_tenant: Factory) -> None:
    execute(job.factory, "UPDATE users SET active = false WHERE role = 'viewer'")
    for person in (uuid4(), other_tenant.actor().user_id, job.factory.actor(Role.VIEWER).user_id):
        assert job.refused(AssignWorkOrder(user_id=person), "cut").refusal.kind is RefusalKind.UNKNOWN_PERSON
    assert job.work_order("cut").assignee_id is None


def test_an_accepted_move_tells_what_became_ready_and_what_was_opened(job: Hands) -> None:
    done = job.work("cut")
    assert done.ready == (job.work_order("mount").code, job.work_order("polish").code)
    job.do(SkipWorkOrder(reason="not wanted"), "polish")
    job.work("mount")
    rejected = job.work("check", good=Decimal(3), rejected=Decimal(1), reason="dark")
    assert rejected.opened == (job.work_order("mount", 2).code, job.work_order("check", 2).code)
    assert [job.work_order(key, 2).state for key in ("mount", "check")] == ["READY", "WAITING"]


def test_every_accepted_action_is_told_to_the_audit_trail_with_before_and_after(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    job.refused(StartWorkOrder(), "cut")
    job.do(HoldWorkOrder(reason="crack"), "cut")
    entries = [row.data for row in rows(
        job.factory,
        "SELECT data FROM outbox WHERE data->>'module' = 'work_orders' AND data->>'refused' = 'false' ORDER BY id",
    )]  # fmt: skip
    assert [entry["action"] for entry in entries] == ["work_orders:started", "work_orders:held"]
    assert (entries[0]["before"]["state"], entries[0]["after"]["state"]) == ("READY", "IN_PROGRESS")
    assert entries[0]["user_id"] == str(job.factory.actor(Role.TECHNICIAN).user_id)
    assert entries[1]["after"]["request"] == {"reason": "crack"}
    assert len({entry["id"] for entry in entries}) == 2


def test_what_happened_offline_is_dated_by_its_own_clock_but_never_in_the_future(job: Hands) -> None:
    earlier = job.clock - timedelta(hours=2)
    job.do(StartWorkOrder(), "cut", occurred_at=earlier)
    assert job.work_order("cut").started_at == earlier
    ahead = job.clock + timedelta(minutes=6)
    assert job.refused(PauseWorkOrder(), "cut", occurred_at=ahead).refusal.kind is RefusalKind.BAD_TIME
    job.do(PauseWorkOrder(), "cut", occurred_at=job.clock + timedelta(minutes=4))
    assert scalar(job.factory, "SELECT max(ended_at) FROM time_entries") == job.clock


def test_numbers_no_column_holds_are_refused_and_poison_nothing(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    too_much = {"part": "WIRE", "quantity": "999999999999.999999", "uom": "km"}
    refused = job.deliver(
        job.command(ReportWorkOrder(good=Decimal(1), parts_used=(too_much,)), "cut"),
        job.command(PauseWorkOrder(), "cut"),
    )
    assert [outcome.state for outcome in refused] == [CommandState.REFUSED]
    assert refused[0].refusal.kind is RefusalKind.CANNOT_BE_STORED
    job.do(PauseWorkOrder(), "cut")


def test_rework_opens_the_next_attempt_and_leaves_the_first_as_it_was(job: Hands) -> None:
    job.work("cut", good=Decimal(4))
    before = job.work_order("cut", 1)
    opened = job.do(ReworkWorkOrder(reason="too short", quantity=Decimal(1)), "cut")
    assert len(opened.opened) == 1
    assert job.work_order("cut", 1) == before
    second = job.work_order("cut", 2)
    assert (second.quantity, second.returned, second.retrieved) == (1, 1, 0)
    assert job.work_order("mount").state == "WAITING"
    stale = job.command(StartWorkOrder(), "cut").model_copy(update={"attempt": 1})
    assert job.deliver(stale)[0].refusal.kind is RefusalKind.STALE_ATTEMPT


def test_pausing_and_resuming_keeps_one_open_time_entry(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.do(PauseWorkOrder(), "cut")
    job.do(ResumeWorkOrder(), "cut")
    assert scalar(job.factory, "SELECT count(*) FROM time_entries") == 2
    assert scalar(job.factory, "SELECT count(*) FROM time_entries WHERE ended_at IS NULL") == 1


@pytest.mark.parametrize(
    ("key", "request_", "words"),
    [
        ("cut", CompleteWorkOrder(good=Decimal("3.5"), scrapped=Decimal("0.5"), reason="torn"), "'good' cannot be 3.5"),
        ("cut", CompleteWorkOrder(scrapped=Decimal("0.5"), reason="torn"), "'scrapped' cannot be 0.5"),
        (
            "cut",
            ReportWorkOrder(good=Decimal(1), rejected=Decimal("0.25"), reason="thin"),
            "'rejected' cannot be 0.25",
        ),
        ("polish", ReworkWorkOrder(quantity=Decimal("1.5"), reason="dull"), "'quantity' cannot be 1.5"),
    ],
)
def test_half_a_piece_is_refused_and_leaves_nothing(job: Hands, key: str, request_: object, words: str) -> None:
    if key == "polish":
        job.work("cut")
        job.work("polish")
    else:
        job.do(StartWorkOrder(), key)
    before = facts(job)
    outcome = job.refused(request_, key)
    assert outcome.refusal is not None
    assert outcome.refusal.kind is RefusalKind.NOT_COUNTABLE
    assert outcome.refusal.detail == f"LAMP is counted in steps of 1 pcs, so {words}."
    told = {"commands": None, "outbox": None}  # that it was asked and refused is kept
    assert facts(job) | told == before | told


def test_a_product_that_is_weighed_may_come_out_in_fractions(job: Hands) -> None:
    execute(job.factory, "UPDATE parts SET uom = 'kg' WHERE sku = 'LAMP'")
    job.do(StartWorkOrder(), "cut")
    job.do(CompleteWorkOrder(good=Decimal("3.25"), scrapped=Decimal("0.75"), reason="spilt"), "cut")
    assert job.work_order("cut").good == Decimal("3.25")
