"""A job's workflow on a real server: it decides, people act, the database keeps the facts."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowUpdateFailedError

from models.messages.commands import (
    CancelWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    PauseWorkOrder,
    ReleaseWorkOrder,
    ResumeWorkOrder,
    SkipWorkOrder,
    StartWorkOrder,
)
from models.records.jobs import unheard
from models.rules.commands import RefusalKind
from tests.factories import Factory
from tests.floor import execute, rows, scalar
from tests.replay.recording import replays
from tests.workflows.running import Running, run_job
from tests.working import working
from worker.relays import reminders
from workflows import options, search

pytestmark = pytest.mark.usefixtures("worker")


def states(job: Running) -> dict[str, str]:
    found = rows(
        job.hands.factory, "SELECT DISTINCT ON (step_index) step_key, state FROM work_orders WHERE job_id = :job "
        "ORDER BY step_index, attempt DESC", job=job.hands.job_id,
    )  # fmt: skip
    return {row.step_key: row.state for row in found}


def job_row(job: Running) -> Any:
    return rows(job.hands.factory, "SELECT * FROM jobs WHERE id = :job", job=job.hands.job_id)[0]


def times_done(job: Running, kind: str) -> int:
    return int(scalar(
        job.hands.factory, "SELECT count(*) FROM job_events WHERE job_id = :job AND kind = :kind",
        job=job.hands.job_id, kind=kind,
    ))  # fmt: skip


async def decided(job: Running, number: int) -> list[Any]:
    """Wait until so many commands of a job have their fate; the database is asked, as people ask it."""
    async with asyncio.timeout(120):
        while True:
            found = await asyncio.to_thread(
                rows, job.hands.factory,
                "SELECT id, state, door, result FROM commands WHERE job_id = :job AND state <> 'PENDING' "
                "ORDER BY decided_at", job=job.hands.job_id,
            )  # fmt: skip
            if len(found) >= number:
                return found
            await asyncio.sleep(0.02)


async def test_a_lamp_is_made_from_the_first_cut_to_the_box(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop, "3")
    first = await job.work("cut")
    assert len(first[1].ready) == 2
    await job.do(SkipWorkOrder(reason="shines already"), "polish")
    await job.work("mount")
    sent_back = await job.work("check", good=Decimal(2), rejected=Decimal(1), reason="dark")
    assert len(sent_back[1].opened) == 2
    assert states(job)["mount"] == "READY"
    await job.work("mount", "check")
    last = await job.work("pack")
    assert last[1].job_ended
    assert await job.handle.result() == "DONE"
    assert (job_row(job).status, job_row(job).produced) == ("DONE", 3)
    await replays(job.handle, "reworked")


async def test_a_refusal_comes_back_typed_in_the_same_round_trip(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    assert (await job.refused(StartWorkOrder(), "pack")).refusal.kind is RefusalKind.WRONG_STATE
    assert (await job.refused(SkipWorkOrder(reason="hurry"), "cut")).refusal.kind is RefusalKind.NOT_OPTIONAL
    assert job_row(job).seq == 1


async def test_a_batch_that_holds_nothing_or_too_much_is_rejected_before_it_enters_history(
    temporal: Client, shop: Factory
) -> None:
    job = await run_job(temporal, shop)
    await job.do(StartWorkOrder(), "cut")
    many = [job.command(PauseWorkOrder(), "cut")] * (options.COMMANDS_AT_ONCE + 1)
    for batch in ([], many):
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await job.send(*batch)
        assert getattr(caught.value.cause, "type", "") == "BadBatch"
    kinds = [event.event_type async for event in job.handle.fetch_history_events()]
    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) == 1


async def test_the_same_command_twice_is_once(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    command = job.command(StartWorkOrder(), "cut")
    answers = await asyncio.gather(*(job.send(command) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    await job.queue(command, command)
    await job.do(PauseWorkOrder(), "cut")
    assert times_done(job, "work_orders:started") == 1


async def test_a_command_stays_done_across_new_runs_even_when_the_run_has_forgotten_it(
    temporal: Client, shop: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "EVENTS_PER_RUN", 20)
    monkeypatch.setattr(options, "REMEMBERED_OUTCOMES", 2)
    job = await run_job(temporal, shop)
    first = job.command(StartWorkOrder(), "cut")
    answer = await job.send(first)
    run = (await job.handle.describe()).run_id
    for _ in range(6):
        await job.do(PauseWorkOrder(), "cut")
        await job.do(ResumeWorkOrder(), "cut")
    assert (await job.handle.describe()).run_id != run
    assert await job.send(first) == answer
    assert times_done(job, "work_orders:started") == 1
    await job.do(CompleteWorkOrder(), "cut")
    await job.work("polish", "mount", "check", "pack")
    assert await job.handle.result() == "DONE"
    await replays(job.handle, "renewed")


async def test_a_command_is_once_across_a_restart_of_the_worker(temporal: Client, shop: Factory) -> None:
    queue = "restarted"
    with working(queue=queue):
        job = await run_job(temporal, shop, queue=queue)
        command = job.command(StartWorkOrder(), "cut")
        answer = await job.send(command)
    await job.queue(command, job.command(PauseWorkOrder(), "cut"))
    with working(queue=queue):
        assert await job.send(command) == answer
        await decided(job, 2)
        assert times_done(job, "work_orders:started") == 1
        assert states(job)["cut"] == "PAUSED"
        await job.do(CancelWorkOrder(reason="over"))
        assert await job.handle.result() == "CANCELLED"


async def test_the_signal_door_stores_each_fate(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.queue(
        job.command(StartWorkOrder(), "cut", door="signal"), job.command(StartWorkOrder(), "pack", door="signal")
    )
    found = await decided(job, 2)
    assert sorted((row.state, row.door) for row in found) == [("APPLIED", "signal"), ("REFUSED", "signal")]


async def test_five_steps_may_travel_in_one_update(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    keys = ("cut", "polish", "mount", "check", "pack")
    outcomes = await job.send(*(command for key in keys for command in job.done(key)))
    assert [outcome.seq for outcome in outcomes] == list(range(2, 12))
    assert await job.handle.result() == "DONE"
    history = await job.handle.fetch_history()
    # Without the workflow's tasks, of which a busy machine needs more; sent one by one, ten commands need over thirty.
    names = [EventType.Name(event.event_type) for event in history.events]
    assert len([name for name in names if not name.startswith("EVENT_TYPE_WORKFLOW_TASK_")]) < 25
    await replays(job.handle, "made")


async def test_a_job_is_held_released_and_cancelled(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.do(StartWorkOrder(), "cut")
    await job.do(HoldWorkOrder(reason="wrong wire"))
    assert states(job)["cut"] == "PAUSED"
    assert (await job.refused(ResumeWorkOrder(), "cut")).refusal.kind is RefusalKind.ON_HOLD
    assert job_row(job).hold_reason == "wrong wire"
    await job.do(ReleaseWorkOrder())
    await job.do(ResumeWorkOrder(), "cut")
    assert (await job.do(CancelWorkOrder(reason="customer left"))).job_ended
    assert await job.handle.result() == "CANCELLED"
    assert set(states(job).values()) == {"CANCELLED"}
    await replays(job.handle, "held_and_cancelled")


async def test_whoever_asks_while_the_job_ends_is_answered(temporal: Client, shop: Factory) -> None:
    queue = "ending"
    with working(queue=queue):
        job = await run_job(temporal, shop, queue=queue)
        await job.work("cut", "polish", "mount", "check")
    # With no worker there, all of this reaches the workflow in one task when the worker is back.
    await job.queue(*job.done("pack"))
    late = await job.send_to_nobody(temporal, job.command(PauseWorkOrder(), "pack"))
    later = await job.send_to_nobody(temporal, job.command(HoldWorkOrder(reason="too late")))
    with working(queue=queue):
        kinds = [(await task)[0].refusal.kind for task in (late, later)]
        assert kinds == [RefusalKind.JOB_CLOSED] * 2
        assert await job.handle.result() == "DONE"
    assert scalar(shop, "SELECT count(*) FROM commands WHERE job_id = :job AND state = 'REFUSED'",
                  job=job.hands.job_id) == 2  # fmt: skip


async def test_a_workflow_the_database_has_overtaken_ends_without_harm(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.do(StartWorkOrder(), "cut")
    execute(shop, "UPDATE jobs SET epoch = epoch + 1 WHERE id = :job", job=job.hands.job_id)
    before = job_row(job)
    await job.queue(job.command(PauseWorkOrder(), "cut"))
    assert (await job.handle.result()).startswith("superseded")
    assert job_row(job) == before
    assert states(job)["cut"] == "IN_PROGRESS"
    await replays(job.handle, "overtaken")


async def test_somebody_waiting_on_an_overtaken_workflow_is_told_by_its_end(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.do(StartWorkOrder(), "cut")
    execute(shop, "UPDATE jobs SET epoch = epoch + 1 WHERE id = :job", job=job.hands.job_id)
    with pytest.raises(WorkflowUpdateFailedError):
        await job.refused(PauseWorkOrder(), "cut")
    assert (await job.handle.result()).startswith("superseded")


async def test_the_ui_shows_tenant_status_order_site_and_due_and_what_is_ready(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.do(StartWorkOrder(), "cut")
    found = await job.handle.describe()
    attributes = found.typed_search_attributes
    assert attributes[search.TENANT] == str(shop.id)
    assert attributes[search.ORDER] == str(job.hands.order_id)
    assert attributes[search.SITE] == "MAIN"
    assert attributes[search.DUE] == job.start.job.due_at
    assert attributes[search.STATUS] == "IN_PROGRESS"
    assert await found.static_summary() == f"{job.start.job.code}: LAMP"
    details = await _current_details(job)
    assert "IN_PROGRESS (1): cut" in details
    assert "WAITING (4): mount, polish, check, pack" in details
    await job.do(CancelWorkOrder(reason="shown"))
    await job.handle.result()
    assert (await job.handle.describe()).typed_search_attributes[search.STATUS] == "CANCELLED"


async def _current_details(job: Running) -> str:
    metadata = await job.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return metadata.current_details


async def test_activities_are_named_after_what_is_done(temporal: Client, shop: Factory) -> None:
    job = await run_job(temporal, shop)
    await job.work("cut")
    await job.do(CancelWorkOrder(reason="named"))
    await job.handle.result()
    history = await job.handle.fetch_history()
    summaries = [
        event.user_metadata.summary.data.decode()
        for event in history.events
        if event.event_type in {EventType.EVENT_TYPE_MARKER_RECORDED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED}
    ]
    code = job.hands.work_order("cut").code
    assert f'"start {code} Cut wire and 1 more"' in summaries
    assert any("may begin" in summary for summary in summaries)


async def test_a_job_that_has_ended_is_asked_once_and_reminded_of_nothing(
    temporal: Client, shop: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "_ANSWER_WITHIN", timedelta(minutes=1))  # else a busy machine is taken for mute
    job = await run_job(temporal, shop)
    await job.do(CancelWorkOrder(reason="not wanted"))
    await job.handle.result()

    def quiet() -> list[unheard.QuietJob]:
        with shop.read() as session:
            found = unheard.quiet_jobs(session, timedelta(), limit=1000)
        return [one for one in found if one.id == job.hands.job_id]

    (found,) = await asyncio.to_thread(quiet)
    await reminders.settle(temporal, shop.id, found)
    assert await asyncio.to_thread(quiet) == []
