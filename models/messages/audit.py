from typing import Any

from models.messages.base import Id, Instant, Message
from models.messages.origin import Origin


class AuditEntry(Message):
    """Who did what, when, to what: state before and after are free documents of the module's own shape."""

    id: Id
    action: str
    module: str
    user_id: Id | None
    timestamp: Instant
    subject_id: Id
    command_id: Id | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    refused: bool = False
    origin: Origin | None = None
