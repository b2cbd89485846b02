"""Authored templates, the faults a template can have, and the frozen Plan a template compiles into."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from models.messages.base import (
    Code,
    Id,
    Instant,
    LongText,
    Message,
    Minutes,
    Money,
    Name,
    Number,
    Percent,
    PositiveQuantity,
    Quantity,
    Row,
    SignedQuantity,
    Words,
)
from models.rules.catalog import PartKind
from models.rules.templates import DataKind, LineBasis, TemplateStatus


# --- authored -------------------------------------------------------------------------------------------------
class PartLine(Message):
    """A part a step consumes. Losses are uplift: requirement = base x (1 + scrap_percent/100)."""

    part: Code = Field(description="SKU of the part")
    quantity: SignedQuantity = Field(description="Per unit, per job or per batch, as `basis` says; must be positive")
    basis: LineBasis = LineBasis.PER_UNIT
    batch_size: PositiveQuantity | None = Field(None, description="Units per batch, for basis per_batch")
    uom: str | None = Field(None, max_length=16, description="Unit of the quantity; the part's stock unit when absent")
    scrap_percent: Percent = Decimal(0)
    setup_quantity: Quantity = Field(Decimal(0), description="Lost once per job, for instance a feeder leader")
    rounding_multiple: PositiveQuantity | None = Field(None, description="Round the requirement up to a multiple")


class DataField(Message):
    """One thing the operator records when completing a step."""

    key: Code
    label: Name
    kind: DataKind
    uom: str | None = Field(None, max_length=16)
    minimum: Number | None = None
    maximum: Number | None = None
    choices: tuple[Name, ...] = ()
    expect: bool | None = Field(None, description="For boolean: the answer that lets good pieces pass")
    required: bool = False


class Predecessor(Message):
    """A step that comes before: finished, or with `send_ahead` good pieces made."""

    step: Code
    send_ahead: PositiveQuantity | None = None


class Step(Message):
    """One node of a template."""

    key: Code
    name: Name
    instructions: LongText = Field("", description="Markdown")
    after: tuple[Predecessor, ...] = ()
    work_center: Code
    setup_minutes: Minutes = Decimal(0)
    run_minutes: Minutes = Field(Decimal(0), description="Per unit")
    crew: int = Field(1, ge=0, le=1000)
    skills: tuple[Code, ...] = Field((), max_length=20, description="Codes of skills that whoever does it must have")
    parts: tuple[PartLine, ...] = ()
    data: tuple[DataField, ...] = ()
    optional: bool = False
    quality_gate: bool = False
    rework_to: Code | None = Field(None, description="Step that rejected pieces go back to; an ancestor of the gate")


class TemplateDocument(Message):
    """The manufacturing manual of a product as its author writes it."""

    product: Code
    title: Name
    notes: LongText = ""
    steps: tuple[Step, ...] = Field(max_length=20_000)

    @field_validator("steps")
    @classmethod
    def _has_steps(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not steps:
            raise ValueError("a template needs at least one step")
        return steps


# --- faults ---------------------------------------------------------------------------------------------------
class FaultKind(StrEnum):
    """Why a template is refused; wire names are permanent."""

    CYCLE = "cycle"
    UNKNOWN_PREDECESSOR = "unknown_predecessor"
    UNKNOWN_PART = "unknown_part"
    UNKNOWN_WORK_CENTER = "unknown_work_center"
    UNKNOWN_SKILL = "unknown_skill"
    DUPLICATE_KEY = "duplicate_key"
    UNREACHABLE = "unreachable"
    BAD_QUANTITY = "bad_quantity"
    BAD_UNIT = "bad_unit"
    BAD_GATE = "bad_gate"
    BAD_DATA_FIELD = "bad_data_field"
    BAD_BOM = "bad_bom"


class Fault(Message):
    """One fault of a template, in words for its author."""

    kind: FaultKind
    step: str | None = None
    message: Words
    path: tuple[str, ...] = Field((), description="For a cycle: the steps it passes through, first one repeated")


# --- what compilation needs to know of the catalog ------------------------------------------------------------
class BomLine(Message):
    """One line of a part's own bill of materials, per unit of its parent."""

    part: Code
    quantity: PositiveQuantity
    uom: str
    scrap_percent: Percent = Decimal(0)
    optional: bool = False


class PartFacts(Message):
    """What the engine must know of a part."""

    id: Id
    sku: Code
    name: str
    uom: str
    kind: PartKind
    unit_cost: Money
    bom: tuple[BomLine, ...] = ()


class WorkCenterFacts(Message):
    """What the engine must know of a work centre; rates per hour."""

    id: Id
    code: Code
    name: str
    machines: int
    cost_per_hour: Money
    labor_cost_per_hour: Money


class CatalogFacts(Message):
    """The parts and work centres a template is compiled against, by SKU and code, and the skills that are known."""

    parts: dict[str, PartFacts]
    work_centers: dict[str, WorkCenterFacts]
    skills: frozenset[str] = frozenset()


# --- compiled -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PlanPart(Row):
    """A part line in the part's stock unit, phantoms exploded; `line` names it within its step."""

    line: int
    part_id: Id
    sku: str
    name: str
    uom: str
    quantity: Annotated[Decimal, Field(description="Base quantity in stock units; exact, even beyond six decimals")]
    basis: LineBasis
    batch_size: Decimal | None = None
    scrap_percent: Decimal = Decimal(0)
    setup_quantity: Decimal = Decimal(0)
    rounding_multiple: Decimal | None = None
    unit_cost: Decimal = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class PlanEdge(Row):
    """An incoming edge of a step: predecessor index and, for send-ahead, the good pieces it must have made."""

    step: int
    send_ahead: Decimal | None = None
    redundant: Annotated[bool, Field(description="Implied by a longer path; kept for the rules, not drawn")] = False


@dataclass(frozen=True, slots=True)
class PlanStep(Row):
    """One step of a Plan. Indices are positions in `Plan.steps`. Times are minutes for one unit."""

    index: int
    key: str
    name: str
    instructions: str
    work_center_id: Id
    work_center: str
    setup_minutes: Decimal
    run_minutes: Decimal
    crew: int
    cost_per_hour: Decimal
    labor_cost_per_hour: Decimal
    optional: bool
    quality_gate: bool
    rework_to: int | None
    rework_loop: Annotated[tuple[int, ...], Field(description="What a rejection redoes: target to gate, in order")]
    parts: tuple[PlanPart, ...]
    data: tuple[DataField, ...]
    predecessors: tuple[PlanEdge, ...]
    successors: tuple[int, ...]
    generation: int
    earliest_start: Decimal
    earliest_finish: Decimal
    latest_start: Decimal
    latest_finish: Decimal
    slack: Decimal
    free_slack: Decimal
    critical: bool
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartTotal(Row):
    """A part's requirement over the whole Plan for one unit."""

    part_id: Id
    sku: str
    name: str
    uom: str
    quantity: Decimal
    cost: Decimal


class PlanTotals(Message):
    """Rolled-up figures for one unit; minutes of work, minutes on the critical path, money."""

    setup_minutes: Decimal
    run_minutes: Decimal
    person_minutes: Decimal
    critical_minutes: Decimal
    material_cost: Decimal
    time_cost: Decimal
    unit_cost: Decimal


class Plan(Message):
    """A template compiled: immutable, self-contained, identified by the hash of its content."""

    product: str
    title: str
    steps: tuple[PlanStep, ...] = Field(description="In topological order, ties in authored order")
    generations: tuple[tuple[int, ...], ...]
    critical_path: tuple[int, ...]
    parts: tuple[PartTotal, ...]
    totals: PlanTotals
    content_hash: str = Field(description="SHA-256 hex of the canonical JSON of what was authored or priced")


# --- views and changes ----------------------------------------------------------------------------------------
class StepChange(Message):
    """A step present in both versions, with its changed fields as (before, after) texts."""

    key: str
    fields: dict[str, tuple[str, str]]


class TemplateDiff(Message):
    """What changed between two versions of a template."""

    title: tuple[str, str] | None = None
    notes_changed: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[StepChange, ...] = ()


class TemplateView(Message):
    """A template version as lists and pages show it."""

    id: Id
    code: str
    product_id: Id
    product_sku: str
    version_number: int
    status: TemplateStatus
    title: str
    content_hash: str | None
    step_count: int
    created_at: Instant
    published_at: Instant | None
    retired_at: Instant | None
    row_version: int
    product_name: str = ""
    created_by: str | None = Field(None, description="Name of who began it")
    published_by: str | None = Field(None, description="Name of who published it")
    publish_reason: str | None = None
    updated_at: Instant | None = None
    document: TemplateDocument | None = None
