"""When what waits, or what is left, is a reason to worry."""

from datetime import datetime, timedelta
from enum import StrEnum

_SOON, _LONG = timedelta(minutes=2), timedelta(minutes=15)
_LITTLE, _NOTHING = 0.15, 0.05
_ONE_BATCH = 20  # of the mail relay


class Concern(StrEnum):
    """How well something is."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


def of_waiting(since: datetime | None, now: datetime) -> Concern:
    """Return how bad it is that the oldest of what waits has waited since an instant; nothing waits with None."""
    if since is None or now - since < _SOON:
        return Concern.GOOD
    return Concern.WARN if now - since < _LONG else Concern.BAD


def of_space(free: int, whole: int) -> Concern:
    """Return how bad it is that so much of a disk is left."""
    share = free / whole if whole else 1.0
    if share >= _LITTLE:
        return Concern.GOOD
    return Concern.WARN if share >= _NOTHING else Concern.BAD


def of_mail(waiting: int, given_up: int) -> Concern:
    """Return how bad it is that mail waits or was given up."""
    if given_up:
        return Concern.BAD
    return Concern.WARN if waiting > _ONE_BATCH else Concern.GOOD
