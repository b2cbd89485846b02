"""What is carried on: facts to the audit trail, and commands nobody could deliver at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from temporalio.client import Client

from api.commands import Wish, queue
from models.connections.mongo import mongo
from models.connections.postgres import read
from models.connections.settings import settings
from models.connections.temporal import connect
from models.messages.commands import CancelWorkOrder, PauseWorkOrder, StartWorkOrder
from models.records import commands as inbox
from models.records import orders, outbox
from models.rules.access import Role
from models.rules.commands import CommandState, Door, RefusalKind
from tests.factories import Factory
from tests.floor import Hands, execute, place, publish_lamp, rows, scalar
from worker.relays import commands as relay
from worker.relays import launches
from worker.relays.outbox import relay_all


def trail(factory: Factory) -> list[dict[str, Any]]:
    return list(mongo()["audit_logs"].find({"tenant_id": str(factory.id)}))


def test_what_was_done_arrives_in_the_audit_trail_once_however_often_it_is_sent(job: Hands) -> None:
    job.work("cut")
    written = scalar(job.factory, "SELECT count(*) FROM outbox")
    assert relay_all() >= written
    first = trail(job.factory)
    assert len(first) == written
    assert {"work_orders:started", "work_orders:completed"} <= {entry["action"] for entry in first}
    execute(job.factory, "UPDATE outbox SET sent_at = NULL")
    assert relay_all() >= written
    again = {entry["_id"]: entry for entry in trail(job.factory)}
    assert again == {entry["_id"]: entry for entry in first}
    assert scalar(job.factory, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0


def test_the_relays_learn_which_factories_wait_and_nothing_else(job: Hands) -> None:
    with read(outbox.NO_TENANT) as session:
        assert job.factory.id in outbox.tenants_waiting(session)
        assert job.factory.id in orders.tenants_waiting(session)
        assert job.factory.id not in inbox.tenants_waiting(session, timedelta())
        for table in ("outbox", "orders", "commands", "jobs", "work_orders", "users", "stock_entries"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table  # noqa: S608
    ask(job, StartWorkOrder())
    with read(outbox.NO_TENANT) as session:
        waiting = inbox.tenants_waiting(session, timedelta())
    assert job.factory.id in waiting
    assert all(isinstance(found, UUID) for found in waiting)


def ask(job: Hands, request: Any, key: str = "cut", role: Role = Role.TECHNICIAN) -> UUID:
    """Put a command into the inbox as a machine or an offline tablet does."""
    wish = Wish(str(uuid4()), request, job.work_order(key).id)
    return queue(job.factory.actor(role), [wish])[0].command_id


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are delivered however young they are."""
    monkeypatch.setattr(relay, "_age", timedelta)


def test_young_commands_are_left_to_whoever_waits_for_them(job: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_for = ask(job, StartWorkOrder())
    execute(job.factory, "UPDATE commands SET door = 'update' WHERE id = :id", id=waited_for)
    queued = ask(job, PauseWorkOrder(reason="offline"))
    monkeypatch.setattr(relay, "_age", lambda: timedelta(minutes=1))
    assert [item.command.id for item in relay.claim(job.factory.id)] == [queued], "nobody waits for a queued one"


@pytest.mark.usefixtures("at_once")
def test_a_claimed_command_is_whole_and_not_claimed_again_for_a_while(job: Hands) -> None:
    first, second = ask(job, StartWorkOrder()), ask(job, PauseWorkOrder(reason="offline"), role=Role.MANAGER)
    claimed = relay.claim(job.factory.id)
    assert [item.command.id for item in claimed] == [first, second], "in the order they came"
    command = claimed[0].command
    assert (command.step, command.attempt, command.door) == (0, 1, Door.SIGNAL)
    assert [item.command.may_act_for_others for item in claimed] == [False, True]
    assert relay.claim(job.factory.id) == []
    execute(job.factory, "UPDATE commands SET signalled_at = now() - interval '31 seconds'")
    assert [item.command.id for item in relay.claim(job.factory.id)] == [first, second]


@pytest.mark.usefixtures("at_once")
def test_a_command_decided_meanwhile_is_not_delivered_any_more(job: Hands) -> None:
    identity = ask(job, StartWorkOrder())
    (item,) = relay.claim(job.factory.id)
    job.deliver(item.command)
    execute(job.factory, "UPDATE commands SET signalled_at = NULL")
    assert relay.claim(job.factory.id) == []
    stored = rows(job.factory, "SELECT state, result FROM commands WHERE id = :id", id=identity)[0]
    assert (stored.state, stored.result["seq"]) == ("APPLIED", 2)


@pytest.mark.usefixtures("at_once")
def test_a_command_that_met_a_finished_job_is_refused_and_kept_as_an_exception(job: Hands) -> None:
    job.do(CancelWorkOrder(reason="enough"))
    job.finish()
    identity = ask(job, StartWorkOrder())
    assert relay.claim(job.factory.id) == []
    with job.factory.read() as session:
        fate = inbox.stored(session, [identity])[identity]
    assert fate.state is CommandState.REFUSED
    assert fate.outcome.refusal.kind is RefusalKind.JOB_CLOSED


@pytest.mark.usefixtures("at_once")
async def test_commands_for_a_job_without_workflow_stay_in_the_inbox(job: Hands) -> None:
    ask(job, StartWorkOrder())
    client = await connect()
    assert await relay.deliver(client, job.factory.id, relay.claim(job.factory.id)) == 0
    assert scalar(job.factory, "SELECT state FROM commands") == "PENDING"


async def test_an_order_placed_while_temporal_was_away_is_launched_once(tenant: Factory) -> None:
    publish_lamp(tenant)
    order_id = place(tenant)
    (order,) = [found for found in launches.waiting() if found.tenant_id == tenant.id]
    client: Client = await connect()
    for _ in range(2):
        await launches.launch(client, order)
        launches.mark(order)
    assert [found for found in launches.waiting() if found.tenant_id == tenant.id] == []
    handle = client.get_workflow_handle(f"order:{tenant.id}:{order_id}")
    found = await handle.describe()
    assert found.typed_search_attributes
    assert settings().factoryos_task_queue == found.task_queue
    await handle.terminate()
