"""A job that really runs: its workflow on the server, its facts in the database."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.update.v1 import UpdateRef
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from models.connections.settings import settings
from models.messages.commands import Command, CompleteWorkOrder, Outcome, StartWorkOrder
from models.messages.jobs import JobInput, job_workflow_id
from models.messages.orders import JobPage
from models.messages.queues import SIGNAL_SUBMIT, UPDATE_SUBMIT
from models.records.jobs.inputs import jobs_to_start
from models.rules.commands import CommandState
from models.rules.orders import Status
from tests.factories import Factory
from tests.floor import DATA, Hands, hands_of, place, scale
from workflows.launch import launch_job


@dataclass
class Running:
    """One job's workflow, and hands that make commands for it."""

    hands: Hands
    handle: WorkflowHandle[Any, Any]
    start: JobInput

    def command(self, request: Any, key: str | None = None, **more: Any) -> Command:
        return self.hands.command(request, key, **more)

    async def send(self, *commands: Command, id: str | None = None) -> list[Outcome]:  # noqa: A002 - as Temporal's own
        """Have commands decided in one round trip."""
        return await self.handle.execute_update(
            UPDATE_SUBMIT, list(commands), id=id or str(uuid4()), result_type=list[Outcome]
        )

    async def send_to_nobody(self, client: Client, command: Command) -> "asyncio.Task[list[Outcome]]":
        """Begin to ask while no worker is there; returns once the server has the question."""
        asked = str(uuid4())
        answer = asyncio.create_task(self.send(command, id=asked))
        execution = WorkflowExecution(workflow_id=self.handle.id)
        update = UpdateRef(workflow_execution=execution, update_id=asked)
        request = PollWorkflowExecutionUpdateRequest(namespace=client.namespace, update_ref=update)
        async with asyncio.timeout(120):
            while True:
                try:
                    await client.workflow_service.poll_workflow_execution_update(request)
                except RPCError as fault:
                    if fault.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    await asyncio.sleep(0.02)
                else:
                    return answer

    async def queue(self, *commands: Command) -> None:
        await self.handle.signal(SIGNAL_SUBMIT, list(commands))

    async def do(self, request: Any, key: str | None = None, **more: Any) -> Outcome:
        (outcome,) = await self.send(self.command(request, key, **more))
        assert outcome.state is CommandState.APPLIED, outcome
        return outcome

    async def refused(self, request: Any, key: str | None = None, **more: Any) -> Outcome:
        (outcome,) = await self.send(self.command(request, key, **more))
        assert outcome.state is CommandState.REFUSED, outcome
        return outcome

    def done(self, key: str, **pieces: Any) -> tuple[Command, Command]:
        """The two commands that start and complete a step."""
        request = CompleteWorkOrder(**{"data": DATA.get(key, ()), **pieces})
        return self.command(StartWorkOrder(), key), self.command(request, key)

    async def work(self, *keys: str, **pieces: Any) -> list[Outcome]:
        """Start and complete steps, each pair in one update."""
        outcomes = []
        for key in keys:
            outcomes += await self.send(*self.done(key, **pieces))
            assert all(outcome.state is CommandState.APPLIED for outcome in outcomes), outcomes
        return outcomes


async def run_job(
    client: Client, factory: Factory, quantity: str = "1", *, queue: str | None = None, **order: Any
) -> Running:
    """Place an order of one job and start that job's workflow."""
    order_id = place(factory, quantity, **order)
    scale(factory, order_id)
    with factory.read() as session:
        (start,) = jobs_to_start(session, JobPage(tenant_id=factory.id, order_id=order_id)).jobs
    await launch_job(client, start, queue or settings().factoryos_task_queue, Status.PLANNED)
    hands = hands_of(factory, order_id)
    return Running(hands, client.get_workflow_handle(job_workflow_id(factory.id, hands.job_id)), start)
