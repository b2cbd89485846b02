"""What time it is for whoever writes records: the present, or an instant of the past while history is written down."""

from contextvars import ContextVar
from datetime import UTC, datetime

past: ContextVar[datetime | None] = ContextVar("past", default=None)


def now() -> datetime:
    """Return the instant at which records are written."""
    return past.get() or datetime.now(UTC)
