from typing import Literal

from pydantic import Field

from models.messages.base import Id, Instant, Name
from models.messages.paging import PageRequest


class AuditFilters(PageRequest):
    """How the audit trail is read, newest first."""

    sort: Literal["-timestamp"] = "-timestamp"
    q: None = Field(None, description="The trail is filtered by its fields, not searched")
    action: Name | None = Field(None, examples=["work_orders:completed"])
    module: Name | None = Field(None, examples=["work_orders"])
    user_id: Id | None = None
    subject_id: Id | None = None
    command_id: Id | None = None
    since: Instant | None = None
    until: Instant | None = None
