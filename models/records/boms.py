"""Bills of materials: the lines of one made or phantom part, replaced as a whole and never in a circle."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from models.connections.ids import new_id
from models.messages.boms import BomLineEdit, BomLineView, LineCounts
from models.records import audit
from models.records.refusals import Unfit
from models.records.versioned import lock
from models.rules.sentences import Sentence
from models.rules.units import UnitMismatch, UnknownUnit, convert
from models.tables.catalog import Part

_LINES = text("""
    SELECT l.id, l.position, l.part_id, p.sku AS part, p.name, p.kind, l.quantity, l.uom, p.uom AS part_uom,
           p.unit_cost, l.scrap_percent, l.optional, l.designators, l.notes
      FROM bom_lines l JOIN parts p ON p.id = l.part_id WHERE l.parent_id = :parent ORDER BY l.position
""")
_PARTS = text("SELECT id, sku, uom FROM parts WHERE sku = ANY(:skus)")

# Two people who make A from B and B from A at the same moment would both find no circle: they take turns.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('boms:' || :tenant, 0))")

# Each edge below the new children once, however many ways lead to it.
_BELOW = text("""
    WITH RECURSIVE below AS (
        SELECT parent_id, part_id FROM bom_lines WHERE parent_id = ANY(:children)
        UNION
        SELECT l.parent_id, l.part_id FROM bom_lines l JOIN below b ON l.parent_id = b.part_id
    ) SELECT b.parent_id, b.part_id, p.sku FROM below b JOIN parts p ON p.id = b.part_id ORDER BY p.sku
""")

# Positions are unique at every moment, so lines that move step aside first.
_STEP_ASIDE = text("UPDATE bom_lines SET position = -position - 1 WHERE id = ANY(:ids)")
_REMOVE = text("DELETE FROM bom_lines WHERE id = ANY(:ids)")
_WANTED = """
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS int[]), CAST(:parts AS uuid[]),
        CAST(:quantities AS numeric[]), CAST(:uoms AS text[]), CAST(:scraps AS numeric[]),
        CAST(:optionals AS boolean[]), CAST(:designators AS text[]), CAST(:notes AS text[]))
    AS w(id, position, part_id, quantity, uom, scrap_percent, optional, designators, notes)
"""
_CHANGE = text(f"""
    UPDATE bom_lines l SET position = w.position, quantity = w.quantity, uom = w.uom, scrap_percent = w.scrap_percent,
           optional = w.optional, designators = w.designators, notes = w.notes, updated_at = now()
      FROM ({_WANTED}) w WHERE l.id = w.id
""")  # noqa: S608 - built from constants only
_ADD = text(f"""
    INSERT INTO bom_lines (tenant_id, parent_id, id, position, part_id, quantity, uom, scrap_percent, optional,
           designators, notes, updated_at)
    SELECT :tenant, :parent, w.*, now() FROM ({_WANTED}) w
""")  # noqa: S608 - built from constants only
_TOUCH = text("UPDATE parts SET row_version = row_version + 1, updated_at = now() WHERE id = :parent")


class BomHasCycle(Unfit):
    """A part that would, some levels down, be made of itself; `path` names the parts on the way."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(Sentence("A part cannot be made of itself: {path}.", path=" → ".join(path)))
        self.path = path

    def members(self) -> dict[str, Any]:
        """Return the way round."""
        return {"path": list(self.path)}


def lines(session: Session, part_id: UUID) -> tuple[BomLineView, ...]:
    """Return a part's bill of materials in its authored order; empty for one that has none."""
    return tuple(BomLineView.model_validate(dict(row._mapping)) for row in session.execute(_LINES, {"parent": part_id}))  # noqa: SLF001 - SQLAlchemy's public name


def take_turns(session: Session, tenant_id: UUID) -> None:
    """Wait for whoever else is changing bills of materials of this factory; held to the transaction's end."""
    session.execute(_TAKE_TURNS, {"tenant": str(tenant_id)})


def replace_lines(  # noqa: PLR0913 - who, what, and on which version
    session: Session,
    *,
    tenant_id: UUID,
    actor_id: UUID | None,
    parent_id: UUID,
    edits: Sequence[BomLineEdit],
    expected_version: int | None = None,
) -> LineCounts:
    """Replace a part's whole bill of materials and tell the audit trail; a change numbers the part's version on.

    Raises Missing, Stale (`expected_version` is the part's), Unfit for unknown parts and units, BomHasCycle.
    """
    take_turns(session, tenant_id)
    part = lock(session, Part, "part", parent_id, expected_version)
    before = lines(session, parent_id)
    counts = write_lines(session, tenant_id, parent_id, part.sku, edits)
    after = lines(session, parent_id)
    if after != before:
        audit.record(
            session, tenant_id=tenant_id, action="boms:replaced", module="boms", actor_id=actor_id,
            subject_id=parent_id, before=_told(before), after=_told(after),
        )  # fmt: skip
    return counts


def _told(bom: Sequence[BomLineView]) -> dict[str, Any]:
    return {"lines": [line.model_dump(mode="json", exclude={"id", "part_id", "name", "kind"}) for line in bom]}


def write_lines(
    session: Session, tenant_id: UUID, parent_id: UUID, parent_sku: str, edits: Sequence[BomLineEdit]
) -> LineCounts:
    """Make the parent's lines equal to `edits`, writing only what differs; the caller took its turn and audits.

    Lines are matched by part, and by order among lines of the same part. Raises Unfit and BomHasCycle.
    """
    parts = _parts(session, edits)
    _refuse_cycle(session, parent_id, parent_sku, [parts[edit.part].id for edit in edits])
    waiting: dict[UUID, deque[BomLineView]] = defaultdict(deque)
    for line in lines(session, parent_id):
        waiting[line.part_id].append(line)
    added, moved, updated = _Columns(), _Columns(), 0
    for position, edit in enumerate(edits):
        part = parts[edit.part]
        present = waiting[part.id].popleft() if waiting[part.id] else None
        wanted = _content(edit, part.uom)
        if present is None:
            added.add(new_id(), position, part.id, wanted)
            continue
        differs = wanted != (
            present.quantity, present.uom, present.scrap_percent, present.optional, present.designators, present.notes
        )  # fmt: skip
        updated += differs
        if differs or present.position != position:
            moved.add(present.id, position, part.id, wanted)
    removed = [line.id for left in waiting.values() for line in left]
    _write(session, tenant_id, parent_id, added=added, moved=moved, removed=removed)
    unchanged = len(edits) - len(added) - updated
    return LineCounts(created=len(added), updated=updated, unchanged=unchanged, removed=len(removed))


def _write(  # noqa: PLR0913 - the three kinds of change
    session: Session, tenant_id: UUID, parent_id: UUID, *, added: "_Columns", moved: "_Columns", removed: list[UUID]
) -> None:
    if removed:
        session.execute(_REMOVE, {"ids": removed})
    if moved:
        session.execute(_STEP_ASIDE, {"ids": moved.columns["ids"]})
        session.execute(_CHANGE, moved.columns)
    if added:
        session.execute(_ADD, {**added.columns, "tenant": tenant_id, "parent": parent_id})
    if removed or moved or added:
        session.execute(_TOUCH, {"parent": parent_id})


class _Columns:
    """Rows to write, as the columns of one statement."""

    def __init__(self) -> None:
        self.columns: dict[str, list[object]] = defaultdict(list)

    def add(self, line_id: UUID, position: int, part_id: UUID, content: tuple[object, ...]) -> None:
        names = ("ids", "positions", "parts", "quantities", "uoms", "scraps", "optionals", "designators", "notes")
        for name, value in zip(names, (line_id, position, part_id, *content), strict=True):
            self.columns[name].append(value)

    def __len__(self) -> int:
        return len(self.columns["ids"])


def _content(edit: BomLineEdit, part_uom: str) -> tuple[object, ...]:
    uom = edit.uom or part_uom
    return edit.quantity, uom, edit.scrap_percent, edit.optional, edit.designators, edit.notes


def _parts(session: Session, edits: Sequence[BomLineEdit]) -> dict[str, Any]:
    """Return the parts named, by SKU; raises Unfit for one that is unknown or counted in another kind of unit."""
    skus = sorted({edit.part for edit in edits})
    parts = {row.sku: row for row in session.execute(_PARTS, {"skus": skus})} if skus else {}
    for index, edit in enumerate(edits):
        if edit.part not in parts:
            raise Unfit(Sentence("There is no part '{part}'.", part=edit.part), f"/lines/{index}/part")
        try:
            convert(edit.quantity, edit.uom or parts[edit.part].uom, parts[edit.part].uom)
        except (UnknownUnit, UnitMismatch) as error:
            raise Unfit(
                Sentence("Part '{part}': {why}", part=edit.part, why=error.args[0]), f"/lines/{index}/uom"
            ) from error
    return parts


def _refuse_cycle(session: Session, parent_id: UUID, parent_sku: str, children: Iterable[UUID]) -> None:
    """Walk down from the new children, nearest first; raises BomHasCycle with the shortest way back to the parent."""
    first = sorted(set(children))
    if parent_id in first:
        raise BomHasCycle((parent_sku, parent_sku))
    below: dict[UUID, list[UUID]] = defaultdict(list)
    skus: dict[UUID, str] = {}
    for row in session.execute(_BELOW, {"children": first}) if first else ():
        below[row.parent_id].append(row.part_id)
        skus[row.part_id] = row.sku
    if parent_id not in skus:
        return
    came_from: dict[UUID, UUID] = dict.fromkeys(first, parent_id)
    queue = deque(first)
    while parent_id not in came_from:
        part = queue.popleft()
        for child in below[part]:
            if child not in came_from:
                came_from[child] = part
                queue.append(child)
    path = [parent_id, came_from[parent_id]]
    while path[-1] != parent_id:
        path.append(came_from[path[-1]])
    raise BomHasCycle(tuple(_sku(session, part, skus) for part in reversed(path)))


def _sku(session: Session, part_id: UUID, skus: dict[UUID, str]) -> str:
    # A child that nothing below names is not among the rows read: at most one of the path, the first.
    return skus.get(part_id) or session.exec(select(Part.sku).where(Part.id == part_id)).one()
