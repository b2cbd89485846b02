"""What a scanned code stands for."""

from enum import StrEnum

from models.messages.base import Id, Message


class ScannedKind(StrEnum):
    """What kinds of things bear codes."""

    WORK_ORDER = "work_order"
    JOB = "job"
    PART = "part"
    LOT = "lot"
    PERSON = "person"


class Scanned(Message):
    """One thing found by its code; `address` is its page, where it has one. A part's `lot` comes from its own label."""

    kind: ScannedKind
    code: str
    name: str
    id: Id | None = None
    address: str | None = None
    lot: str | None = None
