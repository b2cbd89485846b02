"""What an importer read from a file, what it could not take and why, and what a commit did."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.messages.base import Code, Figure, Id, Instant, Message, Money, Name, PositiveQuantity, Text, Words
from models.messages.boms import LineCounts
from models.messages.paging import PageRequest


class BomField(StrEnum):
    """What a column of a BoM file can mean; wire names are permanent."""

    SKU = "sku"
    NAME = "name"
    QUANTITY = "quantity"
    UOM = "uom"
    UNIT_COST = "unit_cost"
    LINE_TOTAL = "line_total"
    SUPPLIER = "supplier"
    SUPPLIER_PART = "supplier_part"
    LINK = "link"
    OPTIONAL = "optional"
    DESIGNATORS = "designators"
    NOTE = "note"
    CATEGORY = "category"


DecimalMark = Literal[".", ","]
ColumnName = Annotated[int, Field(ge=1, le=10_000)] | Annotated[str, StringConstraints(max_length=4000)]


class ColumnMapping(Message):
    """A person's corrections: fields not named keep the guess, a field set to null is not read at all."""

    columns: dict[BomField, ColumnName | None] = Field(
        default_factory=dict,
        description="Field to column, by number counted from 1 or by its header",
        examples=[{"quantity": 3, "name": "Bezeichnung", "supplier": None}],
    )
    decimal_mark: DecimalMark | None = Field(None, description="How numbers are written, when the guess is wrong")


class BomColumn(Message):
    """One column of the file: what it was taken for and how its numbers are written."""

    number: int = Field(description="Counted from 1")
    header: str
    field: BomField | None = Field(None, description="None: the column is not read")
    decimal_mark: DecimalMark | None = None
    group_mark: str | None = None
    samples: tuple[str, ...] = ()


class BomRow(Message):
    """One line that can be taken. Cost is per unit of `uom`; an assumed cost was derived or is missing in the file."""

    line: int = Field(description="Line number in the file, counted from 1")
    sku: Code
    name: Name
    quantity: PositiveQuantity
    uom: str
    unit_cost: Money | None = None
    cost_is_assumed: bool = False
    line_total: Money | None = None
    supplier: Name | None = None
    supplier_part: Text | None = None
    link: Annotated[str, StringConstraints(max_length=2000)] | None = None
    optional: bool = False
    designators: Text = ""
    note: Text = ""
    category: Name | None = None
    hints: tuple[Words, ...] = Field((), description="What the reader decided for this line, in words")


class RefusalKind(StrEnum):
    """Why a row was not taken; wire names are permanent."""

    BLANK = "blank"
    TOTAL = "total"
    HEADER = "header"
    NO_NAME = "no_name"
    NO_QUANTITY = "no_quantity"
    ZERO = "zero"
    NEGATIVE = "negative"
    NOT_A_NUMBER = "not_a_number"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    UNKNOWN_UNIT = "unknown_unit"
    UNIT_MISMATCH = "unit_mismatch"


HARMLESS = frozenset({RefusalKind.BLANK, RefusalKind.TOTAL, RefusalKind.HEADER})


class RefusedRow(Message):
    """One row that was not taken, as it stands in the file, and why in words."""

    line: int
    cells: tuple[str, ...]
    kind: RefusalKind
    reason: Words

    @property
    def blocks(self) -> bool:
        """Tell whether a part may be missing because of it; totals, blanks and repeated headers lose nothing."""
        return self.kind not in HARMLESS


class BomPreview(Message):
    """A file read: nothing is written yet."""

    encoding: str
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False)]
    header_line: int | None
    columns: tuple[BomColumn, ...]
    mapping: dict[BomField, int]
    candidates: dict[BomField, tuple[int, ...]] = Field(description="Columns that could be meant, best first")
    rows: tuple[BomRow, ...]
    refused: tuple[RefusedRow, ...]
    computed_total: Figure
    published_total: Figure | None = None
    currency: str | None = None
    warnings: tuple[Words, ...] = ()


class Fate(StrEnum):
    """What an import would do, or did, with a part or a line."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REFUSE = "refuse"


class RowFate(Message):
    """What a commit would do with one row: to the part it names and to the parent's line."""

    line: int
    sku: str
    part: Fate
    bom_line: Fate
    changes: dict[str, tuple[str, str]] = Field(default_factory=dict, description="Part field: before, after")
    reason: Words | None = None


class BomImportPreview(Message):
    """A file read and compared with the catalog; `blocked` says a commit would refuse without `skip_refused`."""

    file: BomPreview
    fates: tuple[RowFate, ...]
    lines_removed: int = Field(description="Lines of the present BoM that the file no longer has")
    blocked: bool


class BomCommit(Message):
    """What an import wrote."""

    parent_id: Id | None = Field(None, description="None where only parts were written")
    parent: Code | None = None
    parent_created: bool = False
    parts_created: int
    parts_updated: int
    parts_unchanged: int
    suppliers_created: int
    lines: LineCounts = LineCounts()
    skipped: tuple[RefusedRow, ...] = Field((), description="Rows left out because the person said so")


class UploadDraft(Message):
    """A file that somebody wants to import: for which parent (none: only its parts), in which unit by default."""

    parent: Code | None = None
    name: Name | None = Field(None, description="Name of the parent, where it is new")
    default_uom: Annotated[str, StringConstraints(max_length=16)] = "pcs"


class ImportView(UploadDraft):
    """An import: open until it is committed; then its file is gone and what it did stays."""

    id: Id
    file: str
    size: int
    mapping: ColumnMapping
    row_version: int
    created_by: str
    created_at: Instant
    ended_at: Instant | None
    result: BomCommit | None


class ImportFilters(PageRequest):
    """How the list of imports is read, newest first; `q` looks in file and parent."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
