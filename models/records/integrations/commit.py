"""A parts list written: suppliers, parts and the lines of one parent, all or nothing."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.integrations import BomCommit, BomPreview, RefusedRow
from models.records import boms
from models.records.integrations.comparison import Comparison, WantedPart, held_against
from models.records.refusals import Unfit
from models.records.versioned import change, tell
from models.rules.catalog import PartKind
from models.rules.sentences import Sentence, together
from models.rules.skus import code_of
from models.tables.catalog import Part

_SHOWN, _NAMED = 20, 5
_SUPPLIERS = text(
    "SELECT id, code, name FROM suppliers WHERE code = ANY(:codes) OR lower(name) = ANY(:names) ORDER BY code"
)
_ADD_SUPPLIERS = text("""
    INSERT INTO suppliers (tenant_id, id, code, name, notes, active, row_version, created_at, updated_at)
    SELECT :tenant, w.*, '', true, 1, now(), now()
      FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:names AS text[])) AS w(id, code, name)
""")
_WANTED = """
    unnest(CAST(:ids AS uuid[]), CAST(:skus AS text[]), CAST(:names AS text[]), CAST(:uoms AS text[]),
           CAST(:costs AS numeric[]), CAST(:assumed AS boolean[]), CAST(:suppliers AS uuid[]),
           CAST(:supplier_parts AS text[]), CAST(:notes AS text[]))
    AS w(id, sku, name, uom, unit_cost, cost_is_assumed, supplier_id, supplier_part, notes)
"""
_ADD_PARTS = text(f"""
    INSERT INTO parts (tenant_id, id, sku, name, uom, unit_cost, cost_is_assumed, supplier_id, supplier_part, notes,
           kind, active, row_version, created_at, updated_at)
    SELECT :tenant, w.*, 'bought', true, 1, now(), now() FROM {_WANTED}
""")  # noqa: S608 - built from constants only
_CHANGE_PARTS = text(f"""
    UPDATE parts p SET name = w.name, unit_cost = w.unit_cost, cost_is_assumed = w.cost_is_assumed,
           supplier_id = coalesce(w.supplier_id, p.supplier_id), supplier_part = w.supplier_part,
           row_version = p.row_version + 1, updated_at = now()
      FROM {_WANTED} WHERE p.id = w.id
""")  # noqa: S608 - built from constants only


class BomImportRefused(Unfit):
    """An import of which some rows cannot be taken; nothing was written."""

    def __init__(self, rows: Sequence[RefusedRow]) -> None:
        told = [Sentence("Nothing was imported, because {count} rows cannot be taken.", count=len(rows))]
        told += [Sentence("Line {line}: {reason}", line=row.line, reason=row.reason) for row in rows[:_NAMED]]
        told += [Sentence("(and {count} more)", count=len(rows) - _NAMED)] if len(rows) > _NAMED else []
        super().__init__(together(told))
        self.rows = tuple(rows)

    def members(self) -> dict[str, Any]:
        """Return every row that stands in the way."""
        return {"rows": [row.model_dump(mode="json") for row in self.rows]}


class NothingToImport(Unfit):
    """A file without a single row that can be taken."""

    def __init__(self) -> None:
        super().__init__("Nothing was imported: the file has no row that can be taken. Check the column mapping.")


def commit_bom(  # noqa: PLR0913 - who, what, for which parent
    session: Session,
    actor: Actor,
    *,
    parent_sku: str | None,
    parent_name: str | None,
    preview: BomPreview,
    skip_refused: bool = False,
) -> BomCommit:
    """Write suppliers, parts, the parent and its lines in the caller's one transaction; the same file twice is once.

    Without a parent only suppliers and parts are written.

    Raises BomImportRefused, NothingToImport and BomHasCycle; then the caller's transaction must not commit.
    """
    boms.take_turns(session, actor.tenant_id)
    held = held_against(session, preview, lock=True)
    left = sorted([*(row for row in preview.refused if row.blocks), *held.refused], key=lambda row: row.line)
    if left and not skip_refused:
        raise BomImportRefused(left)
    if not held.rows:
        raise NothingToImport
    suppliers, suppliers_created = _suppliers(session, actor, [part.supplier for part in held.parts.values()])
    added = [part for part in held.parts.values() if part.present is None]
    changed = [part for part in held.parts.values() if part.changes]
    for statement, wanted in ((_ADD_PARTS, added), (_CHANGE_PARTS, changed)):
        if wanted:
            session.execute(statement, {**_columns(wanted, suppliers), "tenant": actor.tenant_id})
    commit = BomCommit(
        parts_created=len(added), parts_updated=len(changed),
        parts_unchanged=len(held.parts) - len(added) - len(changed), suppliers_created=suppliers_created,
        skipped=tuple(left),
    )  # fmt: skip
    if parent_sku is not None:
        commit = _with_parent(session, actor, commit, parent_sku, parent_name, held)
    subject = commit.parent_id or new_id()
    tell(session, actor, "boms:imported", subject, module="integrations", after=_summary(commit))
    return commit


def _with_parent(  # noqa: PLR0913, PLR0917 - who, what, for which parent
    session: Session, actor: Actor, commit: BomCommit, sku: str, name: str | None, held: Comparison
) -> BomCommit:
    """Write the parent and its lines, and say so."""
    parent, created = _parent(session, actor, sku, name)
    counts = boms.write_lines(session, actor.tenant_id, parent.id, parent.sku, held.edits)
    told = {"parent_id": parent.id, "parent": parent.sku, "parent_created": created, "lines": counts}
    return commit.model_copy(update=told)


def _summary(commit: BomCommit) -> BomCommit:
    """Return the commit as the audit trail keeps it: a few of the rows left out, not thousands."""
    return commit.model_copy(update={"skipped": commit.skipped[:_SHOWN]})


def _suppliers(session: Session, actor: Actor, named: Iterable[str | None]) -> tuple[dict[str, UUID], int]:
    """Return supplier ids by code, adding those that no code and no name knows yet; and how many were added."""
    wanted = {_code(name): name for name in named if name}
    if not wanted:
        return {}, 0
    asked = {"codes": list(wanted), "names": [name.lower() for name in wanted.values()]}
    rows = session.execute(_SUPPLIERS, asked).all()
    by_code, by_name = {row.code: row.id for row in rows}, {row.name.lower(): row.id for row in rows}
    found = {code: by_code.get(code) or by_name.get(name.lower()) for code, name in wanted.items()}
    fresh = {code: new_id() for code, known in found.items() if known is None}
    if fresh:
        added = {"ids": list(fresh.values()), "codes": list(fresh), "names": [wanted[code] for code in fresh]}
        session.execute(_ADD_SUPPLIERS, {**added, "tenant": actor.tenant_id})
    return {code: known for code, known in found.items() if known is not None} | fresh, len(fresh)


def _code(supplier: str) -> str:
    return code_of(supplier, prefix="SUPPLIER")


def _columns(wanted: Sequence[WantedPart], suppliers: dict[str, UUID]) -> dict[str, list[Any]]:
    return {
        "ids": [part.present.id if part.present else new_id() for part in wanted],
        "skus": [part.sku for part in wanted],
        "names": [part.name for part in wanted],
        "uoms": [part.uom for part in wanted],
        "costs": [part.unit_cost for part in wanted],
        "assumed": [part.cost_is_assumed for part in wanted],
        "suppliers": [suppliers[_code(part.supplier)] if part.supplier else None for part in wanted],
        "supplier_parts": [part.supplier_part for part in wanted],
        "notes": [part.notes for part in wanted],
    }


def _parent(session: Session, actor: Actor, sku: str, name: str | None) -> tuple[Part, bool]:
    """Return the parent part, locked; made where it was missing, no longer bought where it was."""
    parent = session.exec(select(Part).where(col(Part.sku) == sku).with_for_update()).first()
    if parent is None:
        parent = Part(tenant_id=actor.tenant_id, sku=sku, name=name or sku, kind=PartKind.MADE.value)
        session.add(parent)
        session.flush()
        return parent, True
    kind = PartKind.MADE.value if parent.kind == PartKind.BOUGHT.value else parent.kind
    change(session, parent, {"kind": kind, "name": name or parent.name})
    return parent, False
