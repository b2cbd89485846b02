from decimal import Decimal
from enum import StrEnum


class OrderKind(StrEnum):
    """Why an order exists: a customer wants it, or the planner makes it for stock."""

    CUSTOMER = "customer"
    STOCK = "stock"


class Status(StrEnum):
    """State of an order, a manufacturing order or a job, as the floor reads it."""

    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


ENDED = frozenset({Status.DONE, Status.CANCELLED})

MOST_JOBS = 2_000  # as many children as one workflow should have (domain reference, section 10)
MOST_WORK_ORDERS = 250_000  # a minute or two of scaling


def most_jobs(steps: int) -> int:
    """Return how many jobs of so many steps one order may become; one at least."""
    return max(1, min(MOST_JOBS, MOST_WORK_ORDERS // steps))


def short(status: Status | str, quantity: Decimal, produced: Decimal) -> Decimal:
    """Return the ordered pieces that will not come any more: those missing at the end, none while work goes on."""
    return quantity - produced if status in ENDED else Decimal(0)
