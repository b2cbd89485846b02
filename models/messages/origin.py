"""Where a request came from, so that the audit trail can say so; carried beside the request, not through every call."""

from contextvars import ContextVar

from models.messages.base import Id, Message


class Origin(Message):
    """The address, program and credential behind an action."""

    address: str | None = None
    agent: str | None = None
    session_id: Id | None = None
    key_id: Id | None = None
    station_id: Id | None = None
    trace_id: str | None = None


origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
