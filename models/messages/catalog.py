"""Parts, products, suppliers and work centres: what people write, what lists and pages show."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from models.messages.base import Code, Id, Instant, LongText, Message, Money, Name, Quantity, Text
from models.messages.paging import PageRequest
from models.rules.catalog import PartKind
from models.rules.units import unit


def _known_unit(code: str) -> str:
    return unit(code).code


Uom = Annotated[str, StringConstraints(max_length=16), AfterValidator(_known_unit), Field(examples=["pcs"])]
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00]+$")]


class Versioned(Message):
    """What every stored thing of the catalog carries; `row_version` is its ETag."""

    id: Id
    active: bool
    row_version: int
    created_at: Instant
    updated_at: Instant


class SupplierDraft(Message):
    """A supplier as written."""

    code: Code = Field(examples=["STEPPERONLINE"])
    name: Name = Field(examples=["StepperOnline"])
    email: Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")] | None = None
    phone: Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9 +()/.-]+$")] | None = None
    url: Address | None = None
    notes: Text = ""
    active: bool = True


class SupplierView(SupplierDraft, Versioned):
    """A supplier as stored."""

    active: bool


class SupplierFilters(PageRequest):
    """How the list of suppliers is read; `q` looks in code and name."""

    sort: Literal["code", "-code", "name", "-name", "created_at", "-created_at"] = "code"
    active: bool | None = None


class PartDraft(Message):
    """A part as written."""

    sku: Code
    name: Name = Field(examples=["20x20 mm aluminium V-slot 600 mm"])
    kind: PartKind = PartKind.BOUGHT
    uom: Uom = Field("pcs", description="The unit its stock is counted in; fixed once stock has moved")
    unit_cost: Money = Decimal(0)
    cost_is_assumed: bool = False
    supplier: Code | None = Field(None, description="Code of the supplier", examples=["STEPPERONLINE"])
    supplier_part: Text | None = Field(None, max_length=2000)
    lead_time_days: int | None = Field(None, ge=0, le=3650)
    minimum_stock: Quantity = Decimal(0)
    notes: Text = ""
    active: bool = True


class PartView(PartDraft, Versioned):
    """A part as stored."""

    active: bool
    uom: str


class PartFilters(PageRequest):
    """How the list of parts is read; `q` looks in SKU and name."""

    sort: Literal["sku", "-sku", "name", "-name", "created_at", "-created_at"] = "sku"
    kind: PartKind | None = None
    supplier: Code | None = None
    active: bool | None = None


class ProductDraft(Message):
    """A product as written; its finished goods are stocked as the made part of the same SKU."""

    sku: Code = Field(examples=["PNP-V2"])
    name: Name = Field(examples=["Desktop pick-and-place machine"])
    description: LongText = ""
    uom: Uom = Field("pcs", description="Unit of its part; fixed once the part exists")
    active: bool = True


class ProductView(ProductDraft, Versioned):
    """A product as stored."""

    active: bool
    uom: str
    part_id: Id


class ProductFilters(PageRequest):
    """How the list of products is read; `q` looks in SKU and name."""

    sort: Literal["sku", "-sku", "name", "-name", "created_at", "-created_at"] = "sku"
    active: bool | None = None


class WorkCenterDraft(Message):
    """A work centre as written; rates per hour of the place and of each person at it."""

    code: Code = Field(examples=["MECH"])
    name: Name = Field(examples=["Mechanical bench"])
    machines: int = Field(1, ge=1, le=10_000)
    cost_per_hour: Money = Decimal(0)
    labor_cost_per_hour: Money = Decimal(0)
    active: bool = True


class WorkCenterView(WorkCenterDraft, Versioned):
    """A work centre as stored."""

    active: bool


class WorkCenterFilters(PageRequest):
    """How the list of work centres is read; `q` looks in code and name."""

    sort: Literal["code", "-code", "name", "-name", "created_at", "-created_at"] = "code"
    active: bool | None = None
