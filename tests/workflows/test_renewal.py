"""A job that waits for weeks is renewed, on a server whose clock can be turned forward."""

import asyncio
import sys
from pathlib import Path

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from deploy.stack.temporal_setup import SEARCH_ATTRIBUTES
from models.messages.commands import StartWorkOrder
from models.messages.jobs import job_workflow_id
from models.messages.orders import JobPage
from models.records.jobs.inputs import jobs_to_start
from tests.factories import Factory
from tests.floor import hands_of, place, scalar, scale
from tests.workflows.running import Running
from tests.working import environment
from worker.build import build_worker
from workflows import options
from workflows.jobs import JobWorkflow

SERVER = Path(sys.executable).parent / "temporal-test-server"


async def test_a_job_nobody_touches_for_three_weeks_is_renewed_and_goes_on(shop: Factory) -> None:
    order_id = place(shop)
    scale(shop, order_id)
    with shop.read() as session:
        (start,) = jobs_to_start(session, JobPage(tenant_id=shop.id, order_id=order_id)).jobs
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(SERVER), data_converter=pydantic_data_converter
    ) as skipping:
        await skipping.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=skipping.client.namespace, search_attributes=SEARCH_ATTRIBUTES)
        )
        with environment(FACTORYOS_TASK_QUEUE="skipping"):
            worker = build_worker(skipping.client)
        async with worker:
            hands = hands_of(shop, order_id)
            handle = await skipping.client.start_workflow(
                JobWorkflow.run, start, id=job_workflow_id(shop.id, hands.job_id), task_queue="skipping"
            )
            first_run = handle.result_run_id
            await skipping.sleep(options.RUN_AGE * 3)
            job = Running(hands, skipping.client.get_workflow_handle(handle.id), start)
            async with asyncio.timeout(120):
                while (await job.handle.describe()).run_id == first_run:  # noqa: ASYNC110 - it happens on the server
                    await asyncio.sleep(0.02)
            assert (await job.do(StartWorkOrder(), "cut")).seq == 2
            assert await job.handle.query(JobWorkflow.fact_number) == 2
            await job.handle.terminate()
    assert scalar(shop, "SELECT seq FROM jobs WHERE id = :job", job=hands.job_id) == 2
