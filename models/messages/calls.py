"""Calls for help from the floor: what is asked, and what managers and the station see of it."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.messages.base import Id, Instant, Message, Name
from models.messages.paging import PageRequest


class CallState(StrEnum):
    """Where a call stands: nobody has seen it, somebody comes, it is over."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class CallDraft(Message):
    """A call for help at a work order."""

    work_order_id: Id
    reason: Name = Field(examples=["Machine trouble"])


class CallView(Message):
    """A call as the station and managers see it."""

    id: Id
    work_order_id: Id
    code: str = Field(description="Code of the work order")
    work: str = Field(description="Name of the work order")
    work_center: str
    reason: str
    state: CallState
    raised_by: str
    raised_at: Instant
    answered_by: str | None
    answered_at: Instant | None
    closed_at: Instant | None


class CallFilters(PageRequest):
    """How calls are read, the oldest first; `open` keeps those that are not over."""

    sort: Literal["raised_at", "-raised_at"] = "raised_at"
    open: bool | None = None
    work_order_id: Id | None = None
