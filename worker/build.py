"""The worker, put together in one place: what it runs, and within which limits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.jobs import JobActivities
from activities.manufacturing_orders import ManufacturingOrderActivities
from activities.orders import OrderActivities
from activities.work_orders import WorkOrderActivities
from models.connections.settings import settings
from workflows.jobs import JobWorkflow
from workflows.orders import OrderWorkflow

WORKFLOWS = (JobWorkflow, OrderWorkflow)
_OURS = ("models", "activities", "workflows", "templates_engine", "pydantic", "pydantic_core", "sqlalchemy", "sqlmodel")


def workflow_runner() -> SandboxedWorkflowRunner:
    """Return the sandbox workflows run in, here and wherever their histories are replayed."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_OURS))


def activities() -> list[Callable[..., Any]]:
    """Return every activity this worker runs, bound to what it needs."""
    jobs, work_orders = JobActivities(), WorkOrderActivities()
    orders, manufacturing_orders = OrderActivities(), ManufacturingOrderActivities()
    return [
        jobs.load_graph,
        jobs.finish,
        work_orders.open,
        work_orders.apply,
        orders.jobs_to_start,
        orders.conclude,
        manufacturing_orders.scale,
    ]


def build_worker(client: Client) -> Worker:
    """Return a worker on the product's task queue; it runs nothing until awaited."""
    threads = settings().factoryos_pool_size
    return Worker(
        client,
        task_queue=settings().factoryos_task_queue,
        workflows=list(WORKFLOWS),
        activities=activities(),
        activity_executor=ThreadPoolExecutor(threads, thread_name_prefix="activity"),
        workflow_runner=workflow_runner(),
        max_cached_workflows=settings().factoryos_cached_workflows,
        max_concurrent_workflow_tasks=20 if settings().factoryos_cached_workflows else None,
        max_concurrent_activities=threads,
        max_concurrent_local_activities=threads,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=20),
    )
