"""One part's own bill of materials, as people edit and read it."""

from decimal import Decimal

from pydantic import Field

from models.messages.base import Code, Figure, Id, Message, Money, Percent, PositiveQuantity, Text
from models.rules.catalog import PartKind


class BomLineEdit(Message):
    """One line of a bill of materials as its author writes it, per unit of the parent."""

    part: Code = Field(description="SKU of the part")
    quantity: PositiveQuantity
    uom: str | None = Field(None, max_length=16, description="Unit of the quantity; the part's stock unit when absent")
    scrap_percent: Percent = Decimal(0)
    optional: bool = False
    designators: Text = ""
    notes: Text = ""


class BomLineView(Message):
    """One line of a bill of materials as lists and pages show it; `part_uom` is the unit the part is stocked in."""

    id: Id
    position: int
    part_id: Id
    part: str
    name: str
    kind: PartKind
    quantity: PositiveQuantity
    uom: str
    part_uom: str
    unit_cost: Money
    scrap_percent: Percent
    optional: bool
    designators: str
    notes: str


class LineCounts(Message):
    """How many lines a replacement made, changed, left as they were and took away."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0


class BomEdit(Message):
    """A whole bill of materials as written; it replaces the present one."""

    lines: tuple[BomLineEdit, ...] = Field(max_length=10_000)


class BomView(Message):
    """A part's bill of materials; `row_version` is the part's, and a change of the lines is based on it."""

    id: Id = Field(description="The part's")
    sku: str
    row_version: int
    lines: tuple[BomLineView, ...]


class ExplodedPart(Message):
    """What the asked quantity takes of one part over all places it is used; `level` is its deepest place."""

    part_id: Id
    sku: str
    name: str
    kind: PartKind
    level: int
    uom: str
    quantity: Figure = Field(description="Exact, losses included, before any rounding")
    cost: Figure


class BomExplosion(Message):
    """Everything below a part, level by level; optional lines are left out."""

    sku: str
    quantity: Figure
    parts: tuple[ExplodedPart, ...]
    material_cost: Figure = Field(description="Cost of the bought parts")


class BomNode(Message):
    """One place of a part in a tree, its own places below it; `path` names it among all, such as "0.2.1"."""

    path: str
    level: int
    part_id: Id
    sku: str
    name: str
    kind: PartKind
    uom: str
    per_unit: Figure = Field(description="For one unit of the part above, losses included, in the part's stock unit")
    quantity: Figure = Field(description="For the asked quantity of the whole")
    unit_cost: Figure = Field(description="Price of a bought part, sum of what is below for any other")
    cost: Figure
    optional: bool
    leaf: bool


class BomTree(Message):
    """A bill of materials level by level as it is authored, each part as often as it is used."""

    id: Id
    sku: str
    quantity: Figure
    nodes: tuple[BomNode, ...] = Field(description="Depth first: what is below a place follows it")
    unit_cost: Figure = Field(description="Material of one unit; optional lines left out")
    cut_off: bool = Field(description="Whether there are more places than are shown")


class PartUse(Message):
    """One part whose bill of materials lists another, and the product it is the finished goods of, if any."""

    part_id: Id
    sku: str
    name: str
    kind: PartKind
    quantity: PositiveQuantity
    uom: str
    optional: bool
    product_id: Id | None


class TemplateUse(Message):
    """One template version with a step that takes a part."""

    template_id: Id
    code: str
    title: str
    product_sku: str
    version_number: int
    status: str


class WhereUsed(Message):
    """Where a part goes: parts made of it, and the newest versions of templates with steps that take it."""

    parts: tuple[PartUse, ...] = Field(description="At most 200")
    templates: tuple[TemplateUse, ...] = Field(description="At most 200, retired ones left out")
