from typing import Literal

from pydantic import Field

from models.messages.base import Code, Figure, Id, Instant, Message, Words
from models.messages.paging import PageRequest
from models.messages.templates import DataField
from models.rules.orders import Status
from models.rules.work_orders import WaitReason, WorkOrderState


class WorkOrderView(Message):
    """One attempt at a step, as lists and pages show it."""

    id: Id
    code: str
    job_id: Id
    job_code: str
    step_index: int
    step_key: str
    name: str
    attempt: int
    state: WorkOrderState
    held: bool
    hold_reason: str | None
    job_held: bool = Field(description="Its whole job is on hold, and it is not through yet")
    job_hold_reason: str | None
    work_center: str
    assignee_id: Id | None
    assignee: str | None
    team_id: Id | None
    team: str | None
    optional: bool
    quality_gate: bool
    skills: tuple[str, ...] = Field((), description="Codes of the skills that whoever does it must have")
    priority: int
    due_at: Instant
    planned_minutes: Figure
    quantity: Figure
    good: Figure
    scrapped: Figure
    rejected: Figure
    ready_at: Instant | None
    started_at: Instant | None
    ended_at: Instant | None

    @property
    def stopped(self) -> bool:
        """Tell whether nobody may go on with it: it is on hold, or its whole job is."""
        return self.held or self.job_held

    @property
    def why_stopped(self) -> str:
        """Return why it is on hold; its own reason comes before its job's."""
        return (self.hold_reason if self.held else self.job_hold_reason if self.job_held else None) or ""


class TimeEntryView(Message):
    """One person's interval of work; minutes as the clock or the person says."""

    user: str
    started_at: Instant
    ended_at: Instant | None
    minutes: Figure | None
    stated: bool


class PartToUse(Message):
    """A part this attempt is planned to use, for all its pieces, and what it has used."""

    sku: str
    name: str
    uom: str
    planned: Figure
    used: Figure
    on_hand: Figure


class RecordedValue(Message):
    """A recorded value, in the field's own kind."""

    key: str
    value: bool | Figure | str


class WorkOrderDetail(WorkOrderView):
    """All a person needs to do the work."""

    instructions: str
    crew: int
    parts: tuple[PartToUse, ...]
    fields: tuple[DataField, ...]
    data: tuple[RecordedValue, ...]
    times: tuple[TimeEntryView, ...]


class ReworkTarget(Message):
    """A step that pieces may be sent back to; `usual` is where they go when nobody says otherwise."""

    key: str
    name: str
    usual: bool


class WaitsFor(Message):
    """Work that must be finished before other work may begin, and who has it in hand."""

    work_order_id: Id
    code: str
    name: str
    state: WorkOrderState
    held: bool
    work_center: str
    assignee: str | None


class WorkOrderFilters(PageRequest):
    """How work orders are read; `q` is a code, its beginning or its number, or part of a name.

    `mine` keeps what is assigned to you.
    """

    sort: Literal["standing", "due_at", "-due_at", "code", "-code", "priority", "-priority"] = Field(
        "standing",
        description="`standing`: what can be worked on, then what waits, then what has ended, each by date; who reads "
        "page after page while work goes on reads by `code`, where nothing moves",
    )
    state: tuple[WorkOrderState, ...] = Field((), max_length=7)
    mine: bool = False
    unassigned: bool = False
    held: bool | None = Field(None, description="On hold by itself or with its whole job, or neither")
    job_id: Id | None = None
    order_id: Id | None = None
    assignee_id: Id | None = None
    work_center: Code | None = None
    late: bool = Field(False, description="Only what is past its date and has not ended")


class JobView(Message):
    """A job as lists and pages show it."""

    id: Id
    code: str
    order_id: Id
    order_code: str
    manufacturing_order_id: Id
    product_sku: str
    lot_number: int
    quantity: Figure
    produced: Figure
    status: Status
    held: bool
    hold_reason: str | None
    seq: int
    priority: int
    due_at: Instant
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class StepView(Message):
    """A step of a job with its latest attempt, and which steps come before it."""

    work_order_id: Id
    code: str
    step_index: int
    step_key: str
    name: str
    attempt: int
    state: WorkOrderState
    held: bool
    work_center: str
    assignee: str | None
    team_id: Id | None
    team: str | None
    optional: bool
    quality_gate: bool
    after: tuple[str, ...]
    planned_minutes: Figure
    actual_minutes: Figure
    quantity: Figure
    good: Figure
    scrapped: Figure
    rejected: Figure
    started_at: Instant | None
    ended_at: Instant | None


class JobDetail(JobView):
    """A job with all its steps."""

    steps: tuple[StepView, ...]


class JobEventView(Message):
    """One fact of a job's history."""

    seq: int
    kind: str
    work_order_code: str | None
    actor: str | None
    device: str | None = Field(
        None, description="The shared screen or API key it came through; a person's own if absent"
    )
    command_id: Id
    data: dict[str, object]
    occurred_at: Instant
    recorded_at: Instant


class JobFilters(PageRequest):
    """How jobs are read; `q` looks in their codes."""

    sort: Literal["standing", "due_at", "-due_at", "created_at", "-created_at", "code", "-code"] = Field(
        "standing", description="`standing`: what is open, then what has ended, each by date; `code` moves nowhere"
    )
    status: tuple[Status, ...] = Field((), max_length=5)
    order_id: Id | None = None
    product: Code | None = None
    held: bool | None = None
    late: bool = Field(False, description="Only what is past its date and has not ended")


class EventFilters(PageRequest):
    """How a job's history is read, from its beginning."""

    sort: Literal["seq", "-seq"] = "seq"


class Reason(Message):
    """Why an open work order does not move, in words and as a kind programs can count."""

    kind: WaitReason
    words: Words


class Explanation(Message):
    """An open work order and everything that keeps it from moving; none means somebody may start it now."""

    work_order_id: Id
    code: str
    name: str
    state: WorkOrderState
    since: Instant | None
    reasons: tuple[Reason, ...]
    next_action: Words


class Undelivered(Message):
    """Commands of a job that nobody has decided for longer than a delivery takes."""

    count: int
    since: Instant


class JobExplanation(Message):
    """Why a job is where it is."""

    job_id: Id
    code: str
    status: Status
    summary: str
    undelivered: Undelivered | None
    work_orders: tuple[Explanation, ...]
