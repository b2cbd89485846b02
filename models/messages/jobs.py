from decimal import Decimal

from pydantic import Field

from models.messages.base import Id, Instant, Message
from models.messages.commands import Command as JobCommand
from models.messages.commands import Outcome
from models.rules.jobs import Change, Edge, Graph, JobState
from models.rules.orders import Status


def job_workflow_id(tenant_id: Id, job_id: Id) -> str:
    """Return the id of a job's workflow: the one place that forms it."""
    return f"job:{tenant_id}:{job_id}"


def order_workflow_id(tenant_id: Id, order_id: Id) -> str:
    """Return the id of an order's workflow: the one place that forms it."""
    return f"order:{tenant_id}:{order_id}"


class JobRef(Message):
    """Which job, in words that Temporal's own UI can show."""

    tenant_id: Id
    job_id: Id
    order_id: Id
    code: str
    product: str
    site: str
    due_at: Instant


class JobInput(Message):
    """What a run of a job's workflow starts with; `state` is None only in its first run."""

    job: JobRef
    plan_hash: str
    epoch: int = 0
    seq: int = 0
    state: JobState | None = None
    backlog: tuple[JobCommand, ...] = ()
    recent: tuple[Outcome, ...] = ()


class GraphData(Message):
    """A plan reduced to what the job's brain needs, in lists."""

    quantity: Decimal
    keys: tuple[str, ...]
    incoming: tuple[tuple[int, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    send_ahead: tuple[tuple[int, int, Decimal], ...] = Field((), description="(step, predecessor, good pieces)")
    optional: tuple[int, ...] = ()
    rework_to: tuple[tuple[int, int], ...] = ()

    def graph(self) -> Graph:
        """Return the graph as the job's brain uses it."""
        ahead = {(step, predecessor): pieces for step, predecessor, pieces in self.send_ahead}
        incoming = tuple(
            tuple(Edge(predecessor, ahead.get((step, predecessor))) for predecessor in predecessors)
            for step, predecessors in enumerate(self.incoming)
        )
        return Graph(self.keys, incoming, self.successors, frozenset(self.optional), dict(self.rework_to))


class GraphRequest(Message):
    """Which job's graph to load."""

    tenant_id: Id
    job_id: Id
    plan_hash: str


class OpenWorkOrders(Message):
    """The first work orders of a job become ready."""

    tenant_id: Id
    job_id: Id
    epoch: int
    changes: tuple[Change, ...]


class FinishJob(Message):
    """A job has ended: finished goods go in, the job's figures are closed."""

    tenant_id: Id
    job_id: Id
    epoch: int
    seq: int
    status: Status
    produced: Decimal


class JobFinished(Message):
    """Told to the order's workflow when one of its jobs has ended."""

    job_id: Id
    status: Status
    produced: Decimal


class DateMoved(Message):
    """Told to the workflows of an order and of its open jobs when its date was moved."""

    due_at: Instant
