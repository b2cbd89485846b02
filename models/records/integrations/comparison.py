"""A parts list held against the catalog: what each row would do, and which rows cannot be taken here."""

from collections import defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, select

from models.messages.boms import BomLineEdit, BomLineView
from models.messages.integrations import BomImportPreview, BomPreview, BomRow, Fate, RefusalKind, RefusedRow, RowFate
from models.records import boms
from models.rules.sentences import Sentence
from models.rules.skus import code_of
from models.rules.units import MEASURE_STEP, UnitMismatch, convert, word
from models.tables.catalog import Part

_LARGEST = Decimal(10) ** 12  # NUMERIC(18,6)
_PARTS = """
    SELECT p.id, p.sku, p.name, p.uom, p.unit_cost, p.cost_is_assumed, p.supplier_part, s.code AS supplier,
           s.name AS supplier_name
      FROM parts p LEFT JOIN suppliers s ON s.id = p.supplier_id WHERE p.sku = ANY(:skus) ORDER BY p.id
"""
_READ_PARTS = text(_PARTS)
_LOCK_PARTS = text(f"{_PARTS} FOR UPDATE OF p")


@dataclass(frozen=True)
class WantedPart:
    """A part as the file's first row of it wants it, beside what is stored."""

    sku: str
    name: str
    uom: str
    unit_cost: Decimal
    cost_is_assumed: bool
    supplier: str | None
    supplier_part: str | None
    notes: str
    present: Any | None

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Return what differs from the stored part: field, before, after."""
        if self.present is None:
            return {}
        now, then = self.present, self
        pairs: dict[str, tuple[Any, Any]] = {
            "name": (now.name, then.name),
            "unit_cost": (_plain(now.unit_cost), _plain(then.unit_cost)),
            "cost_is_assumed": (now.cost_is_assumed, then.cost_is_assumed),
            "supplier_part": (now.supplier_part, then.supplier_part),
        }
        known = (now.supplier_name or "").lower() == (then.supplier or "").lower()
        if then.supplier and not known and code_of(then.supplier, prefix="SUPPLIER") != now.supplier:
            pairs["supplier"] = (now.supplier_name, then.supplier)
        return {field: (_said(before), _said(after)) for field, (before, after) in pairs.items() if before != after}


@dataclass(frozen=True)
class Comparison:
    """A file held against the catalog: parts by SKU, lines in the file's order, and rows that cannot be taken here."""

    parts: dict[str, WantedPart]
    rows: list[BomRow]
    edits: list[BomLineEdit]
    refused: list[RefusedRow]


def compare(session: Session, parent_sku: str | None, preview: BomPreview) -> BomImportPreview:
    """Return what a commit of the file would do, row by row; nothing is written."""
    held = held_against(session, preview, lock=False)
    parent = session.exec(select(Part.id).where(Part.sku == parent_sku)).first()
    waiting: dict[str, deque[BomLineView]] = defaultdict(deque)
    for line in boms.lines(session, parent) if parent is not None else ():
        waiting[line.part].append(line)
    fates = [_fate(row, edit, held.parts[row.sku], waiting) for row, edit in zip(held.rows, held.edits, strict=True)]
    fates += [
        RowFate(line=row.line, sku=row.cells[0], part=Fate.REFUSE, bom_line=Fate.REFUSE, reason=row.reason)
        for row in held.refused
    ]
    blocked = not held.rows or bool(held.refused) or any(row.blocks for row in preview.refused)
    ordered = tuple(sorted(fates, key=lambda fate: fate.line))
    return BomImportPreview(file=preview, fates=ordered, lines_removed=sum(map(len, waiting.values())), blocked=blocked)


def held_against(session: Session, preview: BomPreview, *, lock: bool) -> Comparison:
    """Return what the file wants of parts and lines; `lock` keeps the parts as they are until the transaction ends."""
    statement = _LOCK_PARTS if lock else _READ_PARTS
    present = {row.sku: row for row in session.execute(statement, {"skus": sorted({row.sku for row in preview.rows})})}
    held = Comparison({}, [], [], [])
    for row in preview.rows:
        uom = held.parts[row.sku].uom if row.sku in held.parts else None
        stored = present.get(row.sku)
        uom = uom or (stored.uom if stored else row.uom)
        try:
            edit = _edit(row, uom)
            if row.sku not in held.parts:
                held.parts[row.sku] = _wanted(row, uom, stored)
        except UnitMismatch:
            reason = Sentence(
                "{part} is counted in {unit}; {other} cannot be converted to that.",
                part=row.sku, unit=word(uom), other=word(row.uom),
            )  # fmt: skip
            held.refused.append(_refused(row, reason))
            continue
        held.rows.append(row)
        held.edits.append(edit)
    return held


def _refused(row: BomRow, reason: str) -> RefusedRow:
    cells = (row.sku, row.name, f"{row.quantity:f}", row.uom)
    return RefusedRow(line=row.line, cells=cells, kind=RefusalKind.UNIT_MISMATCH, reason=reason)


def _edit(row: BomRow, uom: str) -> BomLineEdit:
    """Return the line in the part's own unit, or as written where that would not be exact; raises UnitMismatch."""
    quantity = convert(row.quantity, row.uom, uom)
    exact = quantity < _LARGEST and quantity == quantity.quantize(MEASURE_STEP)
    return BomLineEdit(
        part=row.sku, quantity=quantity.quantize(MEASURE_STEP) if exact else row.quantity,
        uom=uom if exact else row.uom, optional=row.optional, designators=row.designators, notes=row.note,
    )  # fmt: skip


def _wanted(row: BomRow, uom: str, present: Any | None) -> WantedPart:  # noqa: ANN401 - a row of parts
    """Return the part as it should be; what the file does not say stays as it is."""
    cost, assumed = Decimal(0), True
    if row.unit_cost is not None:
        cost, assumed = (row.unit_cost / convert(Decimal(1), row.uom, uom)).quantize(MEASURE_STEP), row.cost_is_assumed
    elif present is not None:
        cost, assumed = present.unit_cost, present.cost_is_assumed
    # A file without names calls a part by its number: that is no reason to rename it.
    name = present.name if present is not None and row.name == row.sku else row.name
    return WantedPart(
        sku=row.sku, name=name, uom=uom, unit_cost=cost, cost_is_assumed=assumed,
        supplier=row.supplier, notes=row.category or "", present=present,
        supplier_part=row.supplier_part or row.link or (present.supplier_part if present else None),
    )  # fmt: skip


def _fate(row: BomRow, edit: BomLineEdit, part: WantedPart, waiting: dict[str, deque[BomLineView]]) -> RowFate:
    """Return what would happen to a row; the parent's line it meets is taken from those waiting."""
    changes = part.changes
    fate = Fate.CREATE if part.present is None else Fate.UPDATE if changes else Fate.UNCHANGED
    met = waiting[row.sku].popleft() if waiting[row.sku] else None
    if met is None:
        return RowFate(line=row.line, sku=row.sku, part=fate, bom_line=Fate.CREATE, changes=changes)
    same = (met.quantity, met.uom, met.optional, met.designators, met.notes, met.scrap_percent) == (
        edit.quantity, edit.uom, edit.optional, edit.designators, edit.notes, edit.scrap_percent
    )  # fmt: skip
    return RowFate(
        line=row.line, sku=row.sku, part=fate, bom_line=Fate.UNCHANGED if same else Fate.UPDATE, changes=changes
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _said(value: object) -> str:
    return "" if value is None else str(value)
