"""The bars of a day: one for each hour, drawn by the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.messages.dashboard import HourOutput

HOURS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the day; `share` is its height against the best hour, `future` where it has not begun."""

    hour: int
    count: int
    share: float
    future: bool


def bars(hours: Sequence[HourOutput], midnight: datetime, now: datetime) -> tuple[Bar, ...]:
    """Return the day's bars."""
    counts = {round((hour.began_at - midnight) / timedelta(hours=1)): hour.work_orders for hour in hours}
    best = max(counts.values(), default=0)
    return tuple(
        Bar(hour, counts.get(hour, 0), counts.get(hour, 0) / best if best else 0.0,
            midnight + timedelta(hours=hour) > now)
        for hour in range(HOURS)
    )  # fmt: skip
