"""When a job will be done at the earliest: the longest way through what is still open, in planned minutes.

What it assumes is said beside it (`ASSUMES`): there are no calendars, so work is taken to go on without a break.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

_ZERO = Decimal(0)
ASSUMES = (
    "Work goes on from now without a break: no nights, weekends or holidays are taken off.",
    "Each step takes its planned minutes, less what has been worked on it already.",
    "A step begins as soon as those before it are done; nobody waits for a person or a place.",
)


class Standing(StrEnum):
    """How a job or order stands against its date."""

    ENDED = "ended"
    ON_TIME = "on_time"
    BLOCKED = "blocked"
    AT_RISK = "at_risk"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class StepAhead:
    """An open step: what is left of its planned minutes, and which steps come before it."""

    index: int
    minutes: Decimal
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WayAhead:
    """The longest way through the open steps, first to last; nothing is left where there are none."""

    minutes: Decimal = _ZERO
    steps: tuple[int, ...] = ()


def left(planned: Decimal, worked: Decimal) -> Decimal:
    """Return what is left of planned minutes; a step that takes longer than planned may end at any moment."""
    return max(_ZERO, planned - worked)


def way_ahead(steps: Sequence[StepAhead]) -> WayAhead:
    """Return the longest way in minutes; `steps` are the open ones in topological order, the others take no time."""
    ends: dict[int, WayAhead] = {}
    for step in steps:
        before = max((ends[one] for one in step.after if one in ends), key=lambda way: way.minutes, default=WayAhead())
        ends[step.index] = WayAhead(before.minutes + step.minutes, (*before.steps, step.index))
    return max(ends.values(), key=lambda way: way.minutes, default=WayAhead())


def earliest(now: datetime, way: WayAhead) -> datetime:
    """Return the instant at which a way is through if nothing comes between."""
    return now + timedelta(minutes=float(way.minutes))


def standing(now: datetime, due: datetime, finish: datetime | None, *, blocked: bool) -> Standing:
    """Return how something stands against its date; `finish` is None where it has ended."""
    if finish is None:
        return Standing.ENDED
    if due < now:
        return Standing.LATE
    if finish > due:
        return Standing.AT_RISK
    return Standing.BLOCKED if blocked else Standing.ON_TIME
