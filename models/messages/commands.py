"""What may be asked of a running job, how it travels, and what comes back. Wire names are permanent."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from models.messages.base import (
    Code,
    Id,
    Instant,
    Message,
    Minutes,
    Name,
    Number,
    PositiveQuantity,
    Quantity,
    Text,
)
from models.messages.stock import Shortage
from models.rules.commands import CommandState, Door, Refusal
from models.rules.jobs import Ask, Decision
from models.rules.work_orders import Action, WorkOrderState


class AssignWorkOrder(Message):
    """Give a work order to a person, to a team of whom anybody may take it, or to nobody."""

    action: Literal[Action.ASSIGN] = Action.ASSIGN
    user_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.user_id is not None and self.team_id is not None:
            raise ValueError("give a work order to a person or to a team, not to both")
        return self


class StartWorkOrder(Message):
    """Begin the work; the clock runs."""

    action: Literal[Action.START] = Action.START


class PauseWorkOrder(Message):
    """Stop the clock for a while."""

    action: Literal[Action.PAUSE] = Action.PAUSE
    reason: Text | None = None


class ResumeWorkOrder(Message):
    """Go on after a pause."""

    action: Literal[Action.RESUME] = Action.RESUME


class PartUsed(Message):
    """A part really used; `scrapped` is what was ruined before use, beside `quantity`. In `uom`, or the stock unit."""

    part: Code
    quantity: Quantity
    scrapped: Quantity = Decimal(0)
    uom: str | None = Field(None, max_length=16)
    lot: Code | None = Field(None, description="Lot or batch it was taken from, as its label says")


class DataEntry(Message):
    """One value of collected data; a file is named by the id of its upload."""

    key: Code
    value: StrictBool | Number | Text


class _Pieces(Message):
    good: Quantity | None = Field(None, description="Good pieces since the last report; all that is left when absent")
    scrapped: Quantity = Decimal(0)
    rejected: Quantity = Decimal(0)
    reason: Text | None = Field(None, description="Why pieces were scrapped or rejected; required if any were")
    parts_used: tuple[PartUsed, ...] | None = Field(
        None, max_length=500, description="Parts really used; the planned ones when absent"
    )
    data: tuple[DataEntry, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _reason_given(self) -> "_Pieces":
        if (self.scrapped or self.rejected) and not self.reason:
            raise ValueError("say why pieces were scrapped or rejected: 'reason' is missing")
        return self


class ReportWorkOrder(_Pieces):
    """Count pieces so far and go on working."""

    action: Literal[Action.REPORT] = Action.REPORT


class CompleteWorkOrder(_Pieces):
    """Finish this attempt: all its pieces are good, scrapped or rejected."""

    action: Literal[Action.COMPLETE] = Action.COMPLETE
    minutes: Minutes | None = Field(
        None, description="Minutes worked on this attempt in all, as the person states them instead of the clock"
    )


class SkipWorkOrder(Message):
    """Leave out an optional step."""

    action: Literal[Action.SKIP] = Action.SKIP
    reason: Name


class ReworkWorkOrder(Message):
    """Send pieces back: opens the next attempt at `target` (this step when absent) and at all steps between."""

    action: Literal[Action.REWORK] = Action.REWORK
    target: Code | None = None
    quantity: PositiveQuantity | None = None
    reason: Name


class HoldWorkOrder(Message):
    """Forbid work until released; running work is paused."""

    action: Literal[Action.HOLD] = Action.HOLD
    reason: Name


class ReleaseWorkOrder(Message):
    """Lift a hold."""

    action: Literal[Action.RELEASE] = Action.RELEASE


class CancelWorkOrder(Message):
    """Give up the work; material already used stays used."""

    action: Literal[Action.CANCEL] = Action.CANCEL
    reason: Name


Request = Annotated[
    AssignWorkOrder
    | StartWorkOrder
    | PauseWorkOrder
    | ResumeWorkOrder
    | ReportWorkOrder
    | CompleteWorkOrder
    | SkipWorkOrder
    | ReworkWorkOrder
    | HoldWorkOrder
    | ReleaseWorkOrder
    | CancelWorkOrder,
    Field(discriminator="action"),
]


class Command(Message):
    """One action on its way to a job. Without a step it is meant for the whole job."""

    id: Id
    request: Request
    actor_id: Id
    may_act_for_others: bool = False
    work_order_id: Id | None = None
    step: int | None = None
    attempt: int = 1
    label: str = Field("", description="Code and name of the work order, for people reading Temporal's UI")
    occurred_at: Instant | None = Field(None, description="The person's or machine's own clock, when it acted offline")
    received_at: Instant
    door: Door = Door.UPDATE

    def ask(self) -> Ask:
        """Return the command as the job's brain understands it."""
        request = self.request
        if isinstance(request, ReportWorkOrder | CompleteWorkOrder):
            return Ask(
                action=request.action, step=self.step, attempt=self.attempt, good=request.good,
                scrapped=request.scrapped, rejected=request.rejected,
            )  # fmt: skip
        if isinstance(request, ReworkWorkOrder):
            return Ask(
                action=request.action, step=self.step, attempt=self.attempt, quantity=request.quantity,
                target=request.target,
            )  # fmt: skip
        return Ask(action=request.action, step=self.step, attempt=self.attempt)


class Outcome(Message):
    """The fate of one command, stored for ever and given back to whoever asks again."""

    command_id: Id
    state: CommandState
    refusal: Refusal | None = None
    shortages: tuple[Shortage, ...] = ()
    work_order_id: Id | None = None
    work_order_state: WorkOrderState | None = None
    seq: int | None = Field(None, description="Number of the fact in its job")
    ready: tuple[str, ...] = Field((), description="Codes of work orders that became ready")
    opened: tuple[str, ...] = Field((), description="Codes of new attempts opened for rework")
    job_ended: bool = False


class Move(Message):
    """A command with what the job's brain decided about it."""

    command: Command
    decision: Decision


class ApplyMoves(Message):
    """Moves to be written in one transaction, in order, as the facts that follow number `seq`."""

    tenant_id: Id
    job_id: Id
    epoch: int
    seq: int
    moves: tuple[Move, ...]


class Missed(Message):
    """A fact that was written while the worker died: the command that caused it, and its fate."""

    command: Command
    outcome: Outcome


class Applied(Message):
    """The fates of the first moves; what follows one that fared otherwise than decided must be decided anew.

    `missed` are the facts that follow those, unknown to the workflow so far: it takes them in before it goes on.
    """

    outcomes: tuple[Outcome, ...]
    missed: tuple[Missed, ...] = ()
