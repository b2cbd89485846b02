"""Jobs whose payloads Temporal cannot read, on a real server."""

from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from models.connections.payloads import new_payload_key
from models.connections.temporal import connect, data_converter
from models.messages.commands import StartWorkOrder
from models.messages.jobs import job_workflow_id
from models.messages.queues import QUERY_FACT_NUMBER
from models.records.jobs import inputs
from models.rules.commands import RefusalKind
from models.rules.orders import Status
from tests.factories import Factory
from tests.floor import scalar
from tests.workflows.running import Running, run_job
from tests.working import environment, working
from worker.build import WORKFLOWS, workflow_runner
from workflows.launch import launch_job

KEYS = ("cut", "polish", "mount", "check", "pack")
TELLING = (b"WIRE", b"wire", b"mount", b"LAMP", b"lamp", b"ASSY", b"torque", b"hardware")


def at(job: Running, client: Client) -> Running:
    """The same job, seen through another client."""
    handle = client.get_workflow_handle(job_workflow_id(job.hands.factory.id, job.hands.job_id))
    return Running(job.hands, handle, job.start)


async def raw_events(job: Running) -> list[bytes]:
    history = await job.handle.fetch_history()
    return [event.SerializeToString() for event in history.events]


async def replay(history: WorkflowHistory) -> None:
    replayer = Replayer(workflows=list(WORKFLOWS), workflow_runner=workflow_runner(), data_converter=data_converter())
    await replayer.replay_workflow(history)


def status(job: Running) -> Any:
    return scalar(job.hands.factory, "SELECT status FROM jobs WHERE id = :job", job=job.hands.job_id)


async def test_a_job_runs_to_its_end_and_temporal_reads_nothing(shop: Factory) -> None:
    with environment(FACTORYOS_PAYLOAD_KEY=new_payload_key()), working(queue="sealed"):
        job = await run_job(await connect(), shop, queue="sealed")
        outcome = await job.refused(StartWorkOrder(), "mount")
        assert outcome.refusal is not None
        assert outcome.refusal.kind is RefusalKind.WRONG_STATE
        await job.work(*KEYS)
        assert await job.handle.result() == "DONE"
        assert status(job) == "DONE"
        history = await job.handle.fetch_history()
        await replay(history)
    events = await raw_events(job)
    assert not [event for event in events for word in TELLING if word in event]
    assert any(b"binary/encrypted" in event for event in events)
    with pytest.raises(RuntimeError, match=r"(?i)encrypted|encoding"):
        await replay(history)


async def test_a_job_goes_on_when_sealing_begins_and_when_the_key_changes(shop: Factory) -> None:
    old, new = new_payload_key(), new_payload_key()
    with working(queue="turning"):
        job = await run_job(await connect(), shop, queue="turning")
        await job.work("cut")
    with environment(FACTORYOS_PAYLOAD_KEY=old), working(queue="turning"):
        await at(job, await connect()).work("polish", "mount")
    with environment(FACTORYOS_PAYLOAD_KEY=f"{new},{old}"), working(queue="turning"):
        sealed = at(job, await connect())
        await sealed.work("check", "pack")
        assert await sealed.handle.result() == "DONE"
        history = await sealed.handle.fetch_history()
        await replay(history)
    text = history.to_json()
    assert status(job) == "DONE"
    assert text.count("encryption-key-id") > 2
    for keys in (old, new):
        with environment(FACTORYOS_PAYLOAD_KEY=keys), pytest.raises(RuntimeError, match="PayloadKeyMissing"):
            await replay(history)


async def test_what_repair_does_with_a_job_is_sealed_too(shop: Factory) -> None:
    with environment(FACTORYOS_PAYLOAD_KEY=new_payload_key()), working(queue="mended"):
        client = await connect()
        job = await run_job(client, shop, queue="mended")
        await job.work("cut")
        known = await job.handle.query(QUERY_FACT_NUMBER)
        await job.handle.terminate()
        with shop.begin() as session:
            found = inputs.rebuilt(session, shop.id, job.hands.job_id)
        assert found is not None
        await launch_job(client, found[0], "mended", Status(found[1]))
        mended = at(job, client)
        await mended.work("polish")
        assert await mended.handle.query(QUERY_FACT_NUMBER) > known
        assert not [event for event in await raw_events(mended) for word in TELLING if word in event]
        await mended.work("mount", "check", "pack")
        assert await mended.handle.result() == "DONE"


async def test_a_job_whose_key_was_lost_is_rebuilt_from_the_database(shop: Factory) -> None:
    with environment(FACTORYOS_PAYLOAD_KEY=new_payload_key()), working(queue="lost"):
        job = await run_job(await connect(), shop, queue="lost")
        await job.work("cut", "polish")
    with working(queue="lost"):
        with shop.begin() as session:
            found = inputs.rebuilt(session, shop.id, job.hands.job_id)
        assert found is not None
        client = await connect()
        await launch_job(client, found[0], "lost", Status(found[1]))
        rebuilt = at(job, client)
        await rebuilt.work("mount", "check", "pack")
        assert await rebuilt.handle.result() == "DONE"
