"""One act on many: what is asked of each, and what became of it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SkipValidation

from models.messages.base import Id, Message
from models.messages.commands import (
    AssignWorkOrder,
    CancelWorkOrder,
    HoldWorkOrder,
    ReleaseWorkOrder,
    SkipWorkOrder,
)
from models.messages.orders import Reason

MOST_AT_ONCE = 200
Ids = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_AT_ONCE, description="At most 200, each once")]


class PrioritiseOrder(Message):
    """Give an order, and all of it that is open, another priority."""

    action: Literal["prioritise"] = "prioritise"
    priority: int = Field(3, ge=1, le=5, description="1 is the most urgent")
    reason: Reason


class ManyOrders(Message):
    """One act on some orders."""

    ids: Ids
    ask: HoldWorkOrder | ReleaseWorkOrder | CancelWorkOrder | PrioritiseOrder = Field(discriminator="action")


class ManyJobs(Message):
    """One act on some jobs."""

    ids: Ids
    ask: HoldWorkOrder | ReleaseWorkOrder | CancelWorkOrder = Field(discriminator="action")


class ManyWorkOrders(Message):
    """One act on some work orders."""

    ids: Ids
    ask: AssignWorkOrder | HoldWorkOrder | ReleaseWorkOrder | SkipWorkOrder | CancelWorkOrder = Field(
        discriminator="action"
    )


class Fate(StrEnum):
    """What became of one act of many."""

    DONE = "done"
    REFUSED = "refused"
    LATER = "later"


class BulkResult(Message):
    """What became of it for one of them; each is decided by itself, so some may be refused where others are done."""

    id: Id
    code: str | None = Field(description="None where there is no such thing")
    fate: Fate
    # Not copied into plain text, so that a page can say a Sentence in its own language.
    detail: SkipValidation[str] = Field("", description="Why it was refused")


class BulkResults(Message):
    """The fates, in the order they were asked for."""

    items: tuple[BulkResult, ...]
