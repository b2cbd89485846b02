from pydantic import Field

from models.messages.base import Figure, Instant, Message
from models.messages.people import TimeZone


class StateCount(Message):
    """How many are in one state."""

    state: str
    count: int


class Output(Message):
    """What came out of finished work orders since an instant."""

    since: Instant
    work_orders: int
    good: Figure
    scrapped: Figure
    rejected: Figure


class FactoryFigures(Message):
    """A factory in numbers: no names, no documents, nothing that tells whose work it is."""

    orders: tuple[StateCount, ...]
    jobs: tuple[StateCount, ...]
    work_orders: tuple[StateCount, ...]
    late_orders: int
    late_work_orders: int
    output: Output
    stock_value: Figure
    parts_below_minimum: int


class FiguresRequest(Message):
    """From when on output is counted; the last midnight (UTC) where nothing is said."""

    since: Instant | None = None


class DayFigures(Message):
    """What one day brought; a day begins at midnight in the asker's time zone."""

    began_at: Instant
    products: Figure = Field(description="Good pieces of jobs finished that day")
    good: Figure
    bad: Figure = Field(description="Scrapped or rejected at any step")
    orders_ended: int
    orders_on_time: int


class PeriodFigures(Message):
    """Sums of some days. Shares are None where there was nothing to share: missing is not zero."""

    products: Figure
    good: Figure
    bad: Figure
    orders_ended: int
    orders_on_time: int
    on_time_percent: Figure | None
    yield_percent: Figure | None


class FiguresTrend(Message):
    """Days in a row up to today, what they add up to, and as many days before them to compare with."""

    days: tuple[DayFigures, ...]
    present: PeriodFigures
    before: PeriodFigures
    late_orders: int
    open_orders: int
    oee_percent: Figure | None = Field(None, description="None until machines are connected")


class TrendRequest(Message):
    """How many days, today among them, and where a day begins."""

    days: int = Field(14, ge=2, le=92)
    time_zone: TimeZone = "UTC"
