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
