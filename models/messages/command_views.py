from typing import Literal

from pydantic import Field, model_validator

from models.messages.base import EnteredInstant, Id, Instant, Message
from models.messages.commands import Outcome, Request
from models.messages.paging import PageRequest
from models.rules.commands import CommandState, Door
from models.rules.work_orders import Action


class CommandView(Message):
    """A command and its fate."""

    id: Id
    job_id: Id
    job_code: str
    work_order_id: Id | None
    work_order_code: str | None
    action: Action
    door: Door
    state: CommandState
    actor: str
    result: Outcome | None
    occurred_at: Instant | None
    received_at: Instant
    decided_at: Instant | None
    acknowledged_at: Instant | None


class CommandFilters(PageRequest):
    """How commands are read; `exceptions` keeps the refused ones from queues that nobody has acknowledged."""

    sort: Literal["received_at", "-received_at"] = "-received_at"
    state: CommandState | None = None
    door: Door | None = None
    job_id: Id | None = None
    work_order_id: Id | None = None
    exceptions: bool = False


class QueuedCommand(Message):
    """One command among several, for a work order or a whole job; `key` makes it happen once."""

    key: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    request: Request
    work_order_id: Id | None = None
    job_id: Id | None = None
    occurred_at: EnteredInstant | None = Field(None, description="When it really happened, by the sender's own clock")

    @model_validator(mode="after")
    def _one_target(self) -> "QueuedCommand":
        if (self.work_order_id is None) == (self.job_id is None):
            raise ValueError("name either a work order or a job")
        return self


class CommandBatch(Message):
    """Several commands at once; those of one job are decided in the order given."""

    commands: tuple[QueuedCommand, ...] = Field(min_length=1, max_length=50)
    wait: bool = Field(True, description="Wait for the fates, or hand over as from a queue")

    @model_validator(mode="after")
    def _keys_differ(self) -> "CommandBatch":
        if len({item.key for item in self.commands}) != len(self.commands):
            raise ValueError("each command needs a key of its own")
        return self


class CommandOutcomes(Message):
    """The fates, in the order of the request; PENDING ones will be decided later."""

    outcomes: tuple[Outcome, ...]
