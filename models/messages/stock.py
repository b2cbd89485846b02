from typing import Literal

from pydantic import Field

from models.messages.base import Code, EnteredInstant, Figure, Id, Instant, Message, Money, SignedQuantity, Text
from models.messages.paging import PageRequest
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
    location: Location
    quantity: Figure
    uom: str
    unit_cost: Figure
    job_id: Id | None
    work_order_id: Id | None
    reason: str | None
    actor_id: Id | None
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
    job_id: Id | None = None
    work_order_id: Id | None = None
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
