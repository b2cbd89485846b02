from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from models.messages.base import (
    Code,
    EnteredInstant,
    Figure,
    Id,
    Instant,
    Message,
    Name,
    PositiveQuantity,
    Text,
    printable,
)
from models.messages.jobs import JobInput
from models.messages.paging import PageRequest
from models.rules.orders import OrderKind, Status

Reason = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(printable)]

_STANDING = "`standing`: what is open, then what has ended, each by date; `code` moves nowhere"


class PlaceOrder(Message):
    """Ask for a quantity of a product, made by one published template."""

    kind: OrderKind = OrderKind.CUSTOMER
    product: Code = Field(description="SKU of the product")
    template_id: Id | None = Field(None, description="The newest published template of the product when absent")
    quantity: PositiveQuantity
    lot_size: PositiveQuantity | None = Field(None, description="Pieces per job; one job for all when absent")
    due_at: EnteredInstant = Field(description="When it must be ready; an order may come in late")
    priority: int = Field(3, ge=1, le=5, description="1 is the most urgent")
    customer_name: Name | None = None
    customer_reference: Name | None = None
    notes: Text = ""


class ChangeOrder(Message):
    """Move the due date or the priority of a placed order, and say why; what is absent stays."""

    due_at: EnteredInstant | None = None
    priority: int | None = Field(None, ge=1, le=5, description="1 is the most urgent")
    reason: Reason

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.due_at is None and self.priority is None:
            raise ValueError("name a new due date or a new priority")
        return self


class OrderProgressView(Message):
    """How far an order is, in figures anybody may see who may see the order."""

    status: Status
    quantity: Figure
    produced: Figure
    percent: int = Field(description="Of the planned work, by minutes; 100 only when it is done")
    steps: int
    steps_done: int
    begun_at: Instant | None
    ended_at: Instant | None


class OrderChangeView(Message):
    """A change of a placed order, by whom and why. Values that did not change are absent."""

    changed_at: Instant
    changed_by: str
    reason: str
    due_at_before: Instant | None = None
    due_at_after: Instant | None = None
    priority_before: int | None = None
    priority_after: int | None = None


class OrderChanges(Message):
    """What was changed of an order since it was placed, the newest first."""

    items: tuple[OrderChangeView, ...]


class ChoiceToOrder(Message):
    """A product that can be ordered, by one published way of making it; `ways` tells how many it has."""

    sku: Code
    name: str
    template_id: Id
    title: str
    version_number: int
    ways: int


class ChoicesToOrder(Message):
    """Everything that can be ordered now, by name."""

    items: tuple[ChoiceToOrder, ...]


class OrderInput(Message):
    """What an order's workflow starts with."""

    tenant_id: Id
    order_id: Id
    code: str
    product: str
    site: str
    due_at: Instant
    scaled: bool = False
    started: int = 0


class ScaleOrder(Message):
    """Make the manufacturing order, its requirements, jobs and work orders."""

    tenant_id: Id
    order_id: Id


class Scaled(Message):
    """What scaling made."""

    manufacturing_order_id: Id
    code: str
    job_count: int


class JobPage(Message):
    """Which open jobs of an order to start next."""

    tenant_id: Id
    order_id: Id
    after_lot: int = 0
    limit: int = 200


class JobsToStart(Message):
    """Jobs to start, in lot order, and the last lot number seen."""

    jobs: tuple[JobInput, ...]
    last_lot: int


class OrderProgress(Message):
    """How far an order's jobs are."""

    open_jobs: int
    status: Status


class OrderView(Message):
    """An order as lists and pages show it."""

    id: Id
    code: str
    kind: OrderKind
    product_sku: str
    product_name: str
    template_id: Id
    template_code: str
    quantity: Figure
    lot_size: Figure
    produced: Figure
    short: Figure = Field(description="Pieces missing when it ended; 0 while work goes on")
    due_at: Instant
    priority: int
    status: Status
    customer_name: str | None
    customer_reference: str | None
    notes: str
    site: str
    created_at: Instant
    launched_at: Instant | None
    ended_at: Instant | None
    row_version: int


class ManufacturingOrderView(Message):
    """A manufacturing order as lists and pages show it; planned costs are frozen at scaling."""

    id: Id
    code: str
    order_id: Id
    order_code: str
    product_sku: str
    quantity: Figure
    produced: Figure
    short: Figure = Field(description="Pieces missing when it ended; 0 while work goes on")
    job_count: int
    due_at: Instant
    status: Status
    planned_material_cost: Figure
    planned_time_cost: Figure
    created_at: Instant
    ended_at: Instant | None


class RequirementView(Message):
    """A part that a manufacturing order needs, what it has taken so far and what lies in stock."""

    part_id: Id
    sku: str
    name: str
    uom: str
    quantity: Figure
    issued: Figure
    on_hand: Figure


class OrderFilters(PageRequest):
    """How orders are read; `q` looks in code, customer and product."""

    sort: Literal[
        "standing", "due_at", "-due_at", "created_at", "-created_at", "code", "-code", "priority", "-priority"
    ] = Field("standing", description=_STANDING)
    status: tuple[Status, ...] = Field((), max_length=5)
    kind: OrderKind | None = None
    product: Code | None = None
    due_before: Instant | None = None
    due_from: Instant | None = None
    late: bool = Field(False, description="Only what is past its date and has not ended")


class ManufacturingOrderFilters(PageRequest):
    """How manufacturing orders are read; `q` looks in their codes."""

    sort: Literal["standing", "due_at", "-due_at", "created_at", "-created_at", "code", "-code"] = Field(
        "standing", description=_STANDING
    )
    status: tuple[Status, ...] = Field((), max_length=5)
    order_id: Id | None = None
    product: Code | None = None
    late: bool = Field(False, description="Only what is past its date and has not ended")
