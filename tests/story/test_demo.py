"""The product's main job as `make demo` plays it, and what Temporal remembers of it."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pymongo import MongoClient
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from deploy.demo.checks import check_all
from deploy.demo.manual import read_manual
from models.messages.jobs import job_workflow_id, order_workflow_id
from models.rules.orders import Status
from models.rules.work_orders import Action, WorkOrderState
from tests.story.conftest import Played
from worker.build import WORKFLOWS

# The first test here waits until the demo was played.
pytestmark = pytest.mark.timeout(600)
_OURS = ("models", "activities", "workflows", "templates_engine", "pydantic", "pydantic_core", "sqlalchemy", "sqlmodel")
_READABLE = re.compile(r"(load graph|open first work orders|finish job|\d+ (start|complete|skip) WO-\d+)( \(again\))?$")


def test_every_promise_of_the_demo_is_kept(played: Played):
    assert [f"{check.name}: {check.detail}" for check in played.report.checks if not check.holds] == []


def test_a_figure_that_differs_is_named(played: Played):
    report = played.report
    first, *others = report.found.stock
    wrong = replace(
        report.found, stock=(replace(first, after=first.after + 1), *others), audited=frozenset(),
        finished_after=Decimal(2), ledger_faults=("BELT at stock: 1 / 2",), work_orders=report.found.work_orders[1:],
        costs=report.found.costs.model_copy(update={"actual_minutes": Decimal(1)}),
    )  # fmt: skip
    checks = check_all(read_manual(), wrong, report.tally, replace(report.killed, deaths=0))
    failing = {check.name: check.detail for check in checks if not check.holds}
    assert len(failing) >= 7
    assert first.sku in failing["Stock is what it must be"]
    assert "213 missing" in failing["Every accepted action is audited"]
    assert "minutes worked: 1" in failing["The cost sheet adds up"]


def test_every_work_order_ended_and_one_was_rejected_reworked_and_one_skipped(played: Played):
    found = played.report.found
    states = Counter(each.state for each in found.work_orders)
    assert states == {WorkOrderState.COMPLETED: 106, WorkOrderState.SKIPPED: 1}
    assert [job.status for job in found.jobs] == [Status.DONE] * 3
    assert found.order.status is Status.DONE
    assert found.order.produced == 3
    again = sorted((each.step_key, each.attempt) for each in found.work_orders if each.attempt > 1)
    assert again == [("motor-check", 2), ("wiring", 2)]


def test_stock_changed_by_what_the_machines_the_rework_and_the_ruined_parts_took(played: Played):
    found = played.report.found
    lines = {line.sku: line for line in found.stock}
    assert len(lines) == 45
    assert all(line.after == line.expected for line in found.stock)
    taken = {sku: line.before - line.after for sku, line in lines.items()}
    assert taken["FILAMENT-PLA"] == Decimal("3.744")  # 1.2 kg and 4 % for each of three
    assert taken["HARNESS-SET"] == 4
    assert taken["ZIP-TIE"] == 127  # 3 x 40, 5 in rework, 2 ruined
    assert taken["TUBE-4"] == Decimal("6.705")
    assert found.finished_after - found.finished_before == 3
    assert found.ledger_faults == ()


def test_the_killed_worker_came_back_as_another_process(played: Played):
    killed = played.report.killed
    assert killed.deaths == 1
    assert killed.before != killed.after
    assert played.stack.process(killed.name).process.alive


def test_mongodb_holds_one_audit_entry_for_each_accepted_action(played: Played):
    accepted = played.report.tally.commands
    assert Counter(accepted.values()) == {Action.START: 106, Action.COMPLETE: 106, Action.SKIP: 1}
    environment = played.stack.plan.environment
    with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
        entries = client["factoryos"]["audit_logs"].find({"module": "work_orders", "refused": False})
        told = Counter(str(entry["command_id"]) for entry in entries)
    assert told == Counter(str(command) for command in accepted)


@pytest.fixture
async def temporal(played: Played) -> Client:
    environment = played.stack.plan.environment
    return await Client.connect(environment["TEMPORAL_ADDRESS"], data_converter=pydantic_data_converter)


def _made(played: Played) -> str:
    """The workflows of the demo's order and its jobs, whatever other tests ordered since."""
    return f"OrderId = '{played.report.found.order.id}'"


async def _histories(played: Played, client: Client) -> AsyncIterator[WorkflowHistory]:
    async for execution in client.list_workflows(_made(played)):
        yield await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()


def _activity_ids(history: WorkflowHistory) -> list[str]:
    """The ids of a history's activities, local ones (whose marker holds them) included."""
    ids = []
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            ids.append(event.activity_task_scheduled_event_attributes.activity_id)
        marker = event.marker_recorded_event_attributes
        if marker.marker_name == "core_local_activity":
            ids.append(str(json.loads(marker.details["data"].payloads[0].data)["activity_id"]))
    return ids


async def test_each_workflow_completed_with_done_and_none_reports_problems(played: Played, temporal: Client):
    found = played.report.found
    listed = {each.id async for each in temporal.list_workflows(_made(played))}
    tenant = UUID(min(listed).split(":")[1])
    ids = [order_workflow_id(tenant, found.order.id), *(job_workflow_id(tenant, job.id) for job in found.jobs)]
    assert listed == set(ids)
    for identity in ids:
        # The database knows the end of an order a moment before its workflow has come to its own.
        assert await temporal.get_workflow_handle(identity, result_type=str).result() == "DONE"
        described = await temporal.get_workflow_handle(identity).describe()
        assert described.status is WorkflowExecutionStatus.COMPLETED
    troubled = f"{_made(played)} AND TemporalReportedProblems IS NOT NULL"
    assert (await temporal.count_workflows(troubled)).count == 0


async def test_a_manager_can_read_what_a_job_did_from_its_activities_ids(played: Played, temporal: Client):
    ids: list[str] = []
    async for history in _histories(played, temporal):
        if history.workflow_id.startswith("job:"):
            ids += _activity_ids(history)
    assert len(ids) > 100
    assert [identity for identity in ids if not _READABLE.match(identity)] == []


async def test_every_history_of_the_run_replays(played: Played, temporal: Client):
    runner = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_OURS))
    replayer = Replayer(workflows=list(WORKFLOWS), data_converter=pydantic_data_converter, workflow_runner=runner)
    replayed = [history.workflow_id async for history in _replaying(replayer, played, temporal)]
    assert Counter(identity.split(":")[0] for identity in replayed) == {"order": 1, "job": 3}


async def _replaying(replayer: Replayer, played: Played, client: Client) -> AsyncIterator[WorkflowHistory]:
    async for history in _histories(played, client):
        await replayer.replay_workflow(history)
        yield history
