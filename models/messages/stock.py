from typing import Literal

from pydantic import Field

from models.messages.base import (
    Code,
    EnteredInstant,
    Figure,
    Id,
    Instant,
    Message,
    Money,
    Quantity,
    SignedQuantity,
    Text,
)
from models.messages.paging import PageRequest
from models.rules.catalog import PartKind
from models.rules.stock import Location, MoveKind


class StockMove(Message):
    """One movement of a part to be posted: its kind gives the route; `key` makes it happen once."""

    key: str = Field(max_length=200)
    kind: MoveKind
    part_id: Id
    quantity: SignedQuantity = Field(description="In the part's stock unit; negative only for an adjustment downwards")
    unit_cost: Money | None = Field(
        None,
        description="Cost of a receipt or of finished goods; the part's own, or a made part's average, when absent",
    )
    job_id: Id | None = None
    work_order_id: Id | None = None
    reason: Text | None = None
    lot: Code | None = None
    actor_id: Id | None = None
    occurred_at: Instant


class Shortage(Message):
    """A part of which more is wanted than there is."""

    part_id: Id
    sku: Code
    name: str
    uom: str
    wanted: Figure
    on_hand: Figure


class StockPosting(Message):
    """What a person asks to be received or adjusted."""

    part: Code = Field(description="SKU of the part")
    quantity: SignedQuantity
    uom: str | None = Field(None, max_length=16)
    unit_cost: Money | None = None
    reason: Text | None = None
    lot: Code | None = Field(None, description="Lot or batch it belongs to, as its label says")


class Postings(Message):
    """What a person asks to be received or adjusted in one go: all of it or nothing."""

    lines: tuple[StockPosting, ...] = Field(min_length=1, max_length=1000)
    occurred_at: EnteredInstant | None = Field(
        None, description="When it happened; now when absent, never in the future"
    )


class Posted(Message):
    """What was written: the movement's key, and how much there is now of each part in it."""

    id: Id
    balances: tuple["BalanceView", ...]


class CountedPart(Message):
    """How much of a part somebody found on the shelf."""

    part: Code = Field(description="SKU of the part")
    counted: Quantity
    uom: str | None = Field(None, max_length=16)


class StockCount(Message):
    """What somebody counted, in one go: stock becomes that, whatever the ledger said."""

    lines: tuple[CountedPart, ...] = Field(min_length=1, max_length=1000)
    reason: Text = "Counted"
    occurred_at: EnteredInstant | None = Field(None, description="When it was counted; now when absent")


class BalanceView(Message):
    """How much of a part there is."""

    part_id: Id
    sku: str
    name: str
    uom: str
    location: Location
    quantity: Figure
    minimum_stock: Figure
    value: Figure = Field(
        description="A bought part at its present unit cost, a made part at what it cost by the ledger; six decimals"
    )


class EntryView(Message):
    """One row of the stock ledger."""

    id: Id
    move_key: str
    kind: MoveKind
    part_id: Id
    sku: str
    name: str
    location: Location
    quantity: Figure
    uom: str
    unit_cost: Figure
    order_id: Id | None
    order: str | None
    job_id: Id | None
    job: str | None
    work_order_id: Id | None
    work_order: str | None
    step: str | None
    reason: str | None
    lot: str | None = None
    actor_id: Id | None
    actor: str | None
    occurred_at: Instant
    posted_at: Instant


class BalanceFilters(PageRequest):
    """How balances are read; `q` looks in SKU and name; `short` keeps what is below its minimum."""

    sort: Literal["sku", "-sku", "quantity", "-quantity"] = "sku"
    location: Location = Location.STOCK
    short: bool = False


class EntryFilters(PageRequest):
    """How the ledger is read, newest first by default; `q` looks in SKU, name and reason."""

    sort: Literal["posted_at", "-posted_at"] = "-posted_at"
    part: Code | None = Field(None, description="SKU of the part")
    kind: MoveKind | None = None
    location: Location | None = None
    order_id: Id | None = None
    order: Code | None = Field(None, description="Code of the order")
    actor_id: Id | None = None
    actor: Text | None = Field(None, max_length=64, description="User name of the person")
    job_id: Id | None = None
    work_order_id: Id | None = None
    lot: Code | None = Field(None, description="Lot as its label says")
    posted_from: Instant | None = None
    posted_before: Instant | None = None


class BalanceFault(Message):
    """A balance that does not equal its ledger rows, or movements of a part whose legs do not sum to zero."""

    part_id: Id
    sku: str
    location: Location | None = Field(description="None: the sum over all places, which must be zero")
    ledger: Figure
    balance: Figure


class StockCheck(Message):
    """The books held against themselves."""

    sound: bool
    entries: int
    faults: tuple[BalanceFault, ...] = Field(description="At most 200")


class StockLevel(Message):
    """What there is of a part, what open orders still need of it, and what is left; in its stock unit."""

    part_id: Id
    sku: str
    name: str
    kind: PartKind
    uom: str
    on_hand: Figure
    needed: Figure = Field(description="What open orders have yet to take")
    available: Figure = Field(description="On hand less needed; negative where orders need more than there is")
    minimum_stock: Figure
    unit_cost: Figure
    value: Figure = Field(description="A bought part at its present unit cost, a made part at what it cost")
    active: bool

    @property
    def is_short(self) -> bool:
        """Tell whether open orders need more than there is."""
        return self.available < 0

    @property
    def is_low(self) -> bool:
        """Tell whether less is there than should always be."""
        return self.on_hand < self.minimum_stock


class LevelFilters(PageRequest):
    """How stock levels are read; `q` looks in SKU and name; `short` keeps what orders or the minimum lack."""

    sort: Literal["sku", "-sku", "name", "-name"] = "sku"
    kind: PartKind | None = None
    supplier: Code | None = Field(None, description="Code of the supplier")
    short: bool = False


class WaitingOrder(Message):
    """One open order that needs a part: how much it has yet to take, and how much of that is not there for it."""

    order_id: Id
    order: str
    product: str
    due_at: Instant
    needed: Figure
    short: Figure


class PartShortage(Message):
    """A part that is short, for whom, and what to do: order `missing`, by `order_by` where the lead time is known."""

    part_id: Id
    sku: str
    name: str
    kind: PartKind
    uom: str
    on_hand: Figure
    needed: Figure
    minimum_stock: Figure
    missing: Figure = Field(description="So that all open orders are served and the minimum lies in stock")
    cost: Figure = Field(description="Of what is missing, at the part's present unit cost")
    supplier: str | None
    supplier_id: Id | None
    lead_time_days: int | None
    first_due_at: Instant | None = Field(description="Due date of the first order that is short")
    order_by: Instant | None
    orders: tuple[WaitingOrder, ...] = Field(description="Orders that are short, the first due first; at most 20")
    order_count: int


class StockTotals(Message):
    """Stock in three figures."""

    parts: int = Field(description="Parts of which something is on hand")
    value: Figure
    short: int = Field(description="Parts that open orders or the minimum lack")
