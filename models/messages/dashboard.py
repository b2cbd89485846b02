from enum import StrEnum
from typing import Literal

from models.messages.base import Figure, Id, Instant, Message
from models.messages.figures import StateCount
from models.rules.work_orders import WorkOrderState


class Cause(StrEnum):
    """Why a job does not get on, as far as its foremost work order tells."""

    JOB_HELD = "job_held"
    STEP_HELD = "step_held"
    PAUSED = "paused"
    NOT_STARTED = "not_started"
    IN_WORK = "in_work"
    WAITING = "waiting"


class EndangeredJob(Message):
    """A job that is late, or whose remaining planned work, one step after another, ends after it is due."""

    id: Id
    code: str
    order_id: Id
    order_code: str
    product: str
    customer: str | None
    due_at: Instant
    minutes_left: Figure
    late: bool
    cause: Cause
    step: str | None
    state: WorkOrderState | None
    person: str | None
    reason: str | None
    since: Instant | None


class Endangered(Message):
    """The worst of them, and how many there are."""

    late: int
    at_risk: int
    jobs: tuple[EndangeredJob, ...]


class CenterLoad(Message):
    """The open work of one work centre; minutes as planned, of what could be worked on now."""

    code: str
    name: str
    machines: int
    running: int
    ready: int
    paused: int
    held: int
    waiting: int
    minutes: Figure


class ShortPart(Message):
    """A part of which open orders need more than lies in stock, or which is below its minimum."""

    id: Id
    sku: str
    name: str
    uom: str
    on_hand: Figure
    needed: Figure
    minimum: Figure


class HourOutput(Message):
    """Work orders finished in one hour."""

    began_at: Instant
    work_orders: int


class Throughput(Message):
    """What came out today, beside yesterday until the same time."""

    hours: tuple[HourOutput, ...]
    work_orders: int
    work_orders_yesterday: int
    good: Figure
    bad: Figure
    products: Figure
    products_yesterday: Figure


class Tally(Message):
    """How many of one kind are in which state; ended ones only since the asked-for instant."""

    what: Literal["orders", "manufacturing_orders", "jobs", "work_orders"]
    counts: tuple[StateCount, ...]

    @property
    def by_state(self) -> dict[str, int]:
        """The counts by their states."""
        return {each.state: each.count for each in self.counts}


class Dashboard(Message):
    """A factory at a glance."""

    at: Instant
    tallies: tuple[Tally, ...]
    throughput: Throughput
    endangered: Endangered
    centers: tuple[CenterLoad, ...]
    short: tuple[ShortPart, ...]
