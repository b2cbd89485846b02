"""How an order's or a job's workflow is started from outside; the ids make a second start harmless."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.messages.jobs import JobInput, job_workflow_id, order_workflow_id
from models.messages.orders import OrderInput
from models.rules.orders import Status
from workflows import search
from workflows.jobs import JobWorkflow
from workflows.orders import OrderWorkflow


async def launch_order(client: Client, order: OrderInput, task_queue: str, *, anew: bool = False) -> None:
    """Start an order's workflow unless it runs. With `anew` a running one is replaced. Raises RPCError."""
    reuse, conflict = _policies(anew=anew)
    try:
        await client.start_workflow(
            OrderWorkflow.run,
            order,
            id=order_workflow_id(order.tenant_id, order.order_id),
            task_queue=task_queue,
            id_reuse_policy=reuse,
            id_conflict_policy=conflict,
            search_attributes=search.attributes(
                tenant=order.tenant_id,
                order=order.order_id,
                site=order.site,
                due=order.due_at,
                status=Status.PLANNED.value,
            ),
            static_summary=f"{order.code}: {order.product}",
        )
    except WorkflowAlreadyStartedError:
        return


async def launch_job(client: Client, job: JobInput, task_queue: str, status: Status) -> None:
    """Start a job's workflow from the database's state, in place of whatever runs under its id. Raises RPCError."""
    reuse, conflict = _policies(anew=True)
    ref = job.job
    await client.start_workflow(
        JobWorkflow.run,
        job,
        id=job_workflow_id(ref.tenant_id, ref.job_id),
        task_queue=task_queue,
        id_reuse_policy=reuse,
        id_conflict_policy=conflict,
        search_attributes=search.attributes(
            tenant=ref.tenant_id, order=ref.order_id, site=ref.site, due=ref.due_at, status=status.value
        ),
        static_summary=f"{ref.code}: {ref.product}",
    )


def _policies(*, anew: bool) -> tuple[WorkflowIDReusePolicy, WorkflowIDConflictPolicy]:
    if anew:
        return WorkflowIDReusePolicy.ALLOW_DUPLICATE, WorkflowIDConflictPolicy.TERMINATE_EXISTING
    return WorkflowIDReusePolicy.REJECT_DUPLICATE, WorkflowIDConflictPolicy.USE_EXISTING
