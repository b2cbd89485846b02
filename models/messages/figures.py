from models.messages.base import Figure, Instant, Message


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
