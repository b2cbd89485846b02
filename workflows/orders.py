"""One durable workflow per order: scale it, start its jobs, see them end."""

import asyncio

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.manufacturing_orders import ManufacturingOrderActivities
    from activities.orders import OrderActivities
    from models.messages.jobs import DateMoved, JobFinished, JobInput, job_workflow_id
    from models.messages.orders import JobPage, OrderInput, OrderProgress, ScaleOrder
    from models.rules.orders import Status
    from workflows import options, search
    from workflows.jobs import JobWorkflow


@workflow.defn(name="Order")
class OrderWorkflow:
    """Makes an order's jobs and waits for them; the jobs run on by themselves whatever happens here."""

    @workflow.init
    def __init__(self, start: OrderInput) -> None:
        self._order = start
        self._told = 0
        self._moved: DateMoved | None = None
        self._progress = "placed"

    @workflow.run
    async def run(self, start: OrderInput) -> str:
        """Scale, start the jobs, wait until all have ended, conclude."""
        if not start.scaled:
            await self._scale()
        await self._start_jobs(start.started)
        status = await self._wait_for_jobs()
        workflow.upsert_search_attributes([search.STATUS.value_set(status.value)])
        return status.value

    async def _scale(self) -> None:
        self._tell("scaling into jobs and work orders")
        await workflow.execute_activity_method(
            ManufacturingOrderActivities.scale,
            ScaleOrder(tenant_id=self._order.tenant_id, order_id=self._order.order_id),
            start_to_close_timeout=options.SCALE_TIMEOUT, heartbeat_timeout=options.SCALE_HEARTBEAT,
            retry_policy=options.WRITE_RETRY, activity_id="scale", summary=f"Scale {self._order.code} into jobs",
        )  # fmt: skip

    async def _start_jobs(self, after_lot: int) -> None:
        started = 0
        while True:
            page = await workflow.execute_activity_method(
                OrderActivities.jobs_to_start,
                JobPage(tenant_id=self._order.tenant_id, order_id=self._order.order_id, after_lot=after_lot),
                start_to_close_timeout=options.WRITE_TIMEOUT, retry_policy=options.WRITE_RETRY,
                summary=f"Jobs of {self._order.code} after lot {after_lot}",
            )  # fmt: skip
            for job in page.jobs:
                await self._start_job(job)
            if page.last_lot == after_lot:
                return
            after_lot, started = page.last_lot, started + len(page.jobs)
            self._tell(f"jobs started up to lot {after_lot}")
            if started >= options.CHILDREN_PER_RUN:
                self._take_date()
                workflow.continue_as_new(self._order.model_copy(update={"scaled": True, "started": after_lot}))

    async def _start_job(self, job: JobInput) -> None:
        ref = job.job
        try:
            child = await workflow.start_child_workflow(
                JobWorkflow.run, job, id=job_workflow_id(ref.tenant_id, ref.job_id),
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=search.attributes(
                    tenant=ref.tenant_id, order=ref.order_id, site=ref.site, due=ref.due_at,
                    status=Status.PLANNED.value,
                ),
                static_summary=f"{ref.code}: {ref.product}",
                static_details=f"Order {self._order.code}, due {ref.due_at:%Y-%m-%d %H:%M}",
            )  # fmt: skip
        except WorkflowAlreadyStartedError:
            # An earlier run of this order, or repair, has started it.
            return
        # How it ends is read from the database; a run that was terminated is a matter for repair, not for this order.
        child.add_done_callback(_heard)

    async def _wait_for_jobs(self) -> Status:
        while True:
            told = self._told
            progress = await self._conclude()
            if progress.open_jobs == 0:
                return progress.status
            self._tell(f"{progress.open_jobs} jobs still open")
            while self._told == told:
                self._take_date()
                await workflow.wait_condition(lambda told=told: self._told > told or self._moved is not None)  # type: ignore[misc] # bound on purpose

    def _take_date(self) -> None:
        """Show a moved date in Temporal's own lists, in this run and the next."""
        if self._moved is not None:
            self._order = self._order.model_copy(update={"due_at": self._moved.due_at})
            self._moved = None
            workflow.upsert_search_attributes([search.DUE.value_set(self._order.due_at)])

    async def _conclude(self) -> OrderProgress:
        return await workflow.execute_activity_method(
            OrderActivities.conclude, ScaleOrder(tenant_id=self._order.tenant_id, order_id=self._order.order_id),
            start_to_close_timeout=options.WRITE_TIMEOUT, retry_policy=options.WRITE_RETRY,
            summary=f"Count the open jobs of {self._order.code}",
        )  # fmt: skip

    @workflow.signal
    def job_finished(self, fact: JobFinished) -> None:
        """Hear that a job has ended; how many are left is counted in the database."""
        workflow.logger.debug("job ended", extra={"job": str(fact.job_id)})
        self._told += 1

    @workflow.signal
    def date_moved(self, fact: DateMoved) -> None:
        """Hear that the order's date was moved."""
        self._moved = fact

    def _tell(self, progress: str) -> None:
        self._progress = progress
        workflow.set_current_details(f"**{self._order.code}**, {self._order.product}: {progress}")


def _heard(child: "asyncio.Task[str]") -> None:
    """Take note of a child's failure, lest asyncio complain that nobody did."""
    if not child.cancelled():
        child.exception()
