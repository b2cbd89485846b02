"""What a job leaves in Temporal: events per command, runs, and the largest payload of any event."""

from dataclasses import dataclass
from uuid import UUID

from temporalio.client import Client, WorkflowHistory

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from models.messages.jobs import job_workflow_id

_STEPS = 30


@dataclass(frozen=True)
class Trace:
    """All runs of one job's workflow."""

    runs: tuple[WorkflowHistory, ...]

    @property
    def events(self) -> int:
        """Events over all runs."""
        return sum(len(run.events) for run in self.runs)

    @property
    def biggest_event(self) -> int:
        """Bytes of the largest event."""
        return max(event.ByteSize() for run in self.runs for event in run.events)


async def trace(client: Client, tenant_id: UUID, job: UUID) -> Trace:
    """Read every run of a job's workflow, the first one first."""
    runs: list[WorkflowHistory] = []
    run_id: str | None = None
    while True:
        handle = client.get_workflow_handle(job_workflow_id(tenant_id, job), run_id=run_id)
        run = await handle.fetch_history()
        runs.insert(0, run)
        run_id = run.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return Trace(tuple(runs))


async def measure(factory: Factory, client: Client) -> list[Figure]:
    """Work one job of ordinary length to its end and count its events, beginning and end included."""
    (job,) = await factory.order(factory.publish(1, _STEPS), 1)
    async with factory.tablet() as tablet:
        for work_order in await factory.work_orders(job):
            await tablet.act(work_order, "start")
            await tablet.act(work_order, "complete")
    await factory.ended([job])
    events = (await trace(client, factory.actor.tenant_id, job)).events
    note = f"{events} events for {2 * _STEPS} commands, the job's beginning and end included"
    return [Figure("history", "events per command", events / (2 * _STEPS), at_most=9, note=note)]
