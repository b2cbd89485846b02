from typing import Any, Literal

from pydantic import Field

from models.messages.base import Id, Instant, Message
from models.messages.paging import PageRequest
from models.rules.notifications import NotificationKind


class NotificationView(Message):
    """Something a person should know; `data` holds the codes and figures it speaks of."""

    id: Id
    kind: NotificationKind
    data: dict[str, Any]
    created_at: Instant
    read_at: Instant | None


class NotificationFilters(PageRequest):
    """How one's own notifications are read, newest first."""

    sort: Literal["-created_at"] = "-created_at"
    unread: bool | None = None


class Unread(Message):
    """How many of one's own notifications nobody has read; counted up to a hundred."""

    unread: int = Field(ge=0, le=100)
