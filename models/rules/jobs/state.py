"""What a job remembers between its runs."""

from dataclasses import dataclass, field
from decimal import Decimal

from models.rules.jobs.graph import Graph
from models.rules.jobs.moves import Pieces
from models.rules.orders import Status
from models.rules.work_orders import WorkOrderState

CODES = {
    WorkOrderState.WAITING: "W",
    WorkOrderState.READY: "R",
    WorkOrderState.IN_PROGRESS: "I",
    WorkOrderState.PAUSED: "P",
    WorkOrderState.COMPLETED: "C",
    WorkOrderState.SKIPPED: "S",
    WorkOrderState.CANCELLED: "X",
}
STATES = {code: state for state, code in CODES.items()}


@dataclass
class JobState:
    """All a job remembers, small enough to carry from run to run: one letter per step, exceptions sparse."""

    quantity: Decimal
    states: str
    attempts: dict[int, int] = field(default_factory=dict)
    given: dict[int, Decimal] = field(default_factory=dict)
    made: dict[int, Decimal] = field(default_factory=dict)
    progress: dict[int, Pieces] = field(default_factory=dict)
    rejected: dict[int, Decimal] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    job_held: bool = False
    status: Status = Status.PLANNED


def fresh_state(graph: Graph, quantity: Decimal) -> JobState:
    """Return the state of a job whose steps all wait."""
    return JobState(quantity=quantity, states="W" * len(graph.keys))
