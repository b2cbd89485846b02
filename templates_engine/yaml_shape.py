"""The shape of a template file, field by field, and what reading one gives."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.messages.base import (
    Code,
    LongText,
    Message,
    Minutes,
    Money,
    Name,
    Number,
    Percent,
    PositiveQuantity,
    Quantity,
    SignedQuantity,
)
from models.messages.templates import TemplateDocument
from models.rules.templates import DataKind, LineBasis


class AuthoredProduct(Message):
    """The product a template file is for."""

    sku: Code
    name: Name


class AuthoredWorkCenter(Message):
    """A work centre as the file names it; rates per hour."""

    name: Name
    machines: int = Field(1, ge=0, le=10_000)
    cost_per_hour: Money = Decimal(0)
    labor_cost_per_hour: Money = Decimal(0)


class AuthoredPart(Message):
    """A part as the file names it; a cost written `~6.10` is an assumption and not a price."""

    name: Name
    uom: str = Field("pcs", min_length=1, max_length=16)
    cost: Money = Decimal(0)
    assumed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _tilde_marks_an_assumption(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        cost = data.get("cost") if isinstance(data, dict) else None
        if isinstance(cost, str) and cost.startswith("~"):
            return {**data, "cost": cost[1:], "assumed": True}
        return data


class AuthoredFile(Message):
    """A template file read: what it says of the catalog, and the template itself."""

    product: AuthoredProduct
    work_centers: dict[Code, AuthoredWorkCenter]
    parts: dict[Code, AuthoredPart]
    document: TemplateDocument


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _as(field: str) -> BeforeValidator:
    """Let a bare word or number stand for a mapping with this one field."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value)


class FileLine(_Shape):
    """A part line: a number, or more about it."""

    quantity: SignedQuantity
    basis: LineBasis = LineBasis.PER_UNIT
    batch_size: PositiveQuantity | None = None
    uom: str | None = Field(None, max_length=16)
    scrap_pct: Percent | None = None
    setup_quantity: Quantity = Decimal(0)
    multiple: PositiveQuantity | None = None


class FileListLine(FileLine):
    """A part line in list form, for a step that takes the same part twice."""

    part: Code


class FileAfter(_Shape):
    """A predecessor: its key, or its key and the good pieces it sends ahead."""

    step: Code
    send_ahead: PositiveQuantity | None = None


class FileDataField(_Shape):
    """One thing the operator records."""

    key: Code
    label: Name
    type: DataKind
    uom: str | None = Field(None, max_length=16)
    min: Number | None = None
    max: Number | None = None
    choices: tuple[Name, ...] = ()
    expect: bool | None = None
    required: bool = False


class FileLinks(_Shape):
    """What places a step among the others, whatever else is said of it."""

    model_config = ConfigDict(extra="ignore")

    key: Code
    after: tuple[Annotated[FileAfter, _as("step")], ...] = ()


class FileStep(_Shape):
    """One step; `scrap_pct` holds for each of its part lines that says nothing else."""

    key: Code
    name: Name
    instructions: LongText = ""
    work_center: Code
    setup_min: Minutes = Decimal(0)
    run_min: Minutes = Decimal(0)
    crew: int = Field(1, ge=0, le=1000)
    skills: tuple[Code, ...] = Field((), max_length=20)
    after: tuple[Annotated[FileAfter, _as("step")], ...] = ()
    parts: dict[Code, Annotated[FileLine, _as("quantity")]] = {}
    part_lines: tuple[FileListLine, ...] = ()
    scrap_pct: Percent = Decimal(0)
    data: tuple[FileDataField, ...] = ()
    optional: bool = False
    quality_gate: bool = False
    rework_to: Code | None = None


class TemplateFile(_Shape):
    """The whole file."""

    product: AuthoredProduct
    title: Name | None = None
    notes: LongText = ""
    work_centers: dict[Code, AuthoredWorkCenter] = {}
    parts: dict[Code, AuthoredPart] = {}
    steps: tuple[FileStep, ...] = Field(min_length=1, max_length=20_000)
