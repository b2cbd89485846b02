"""What the template engine must know of the catalog, in two or three statements however deep the BoMs are."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.messages.templates import BomLine, CatalogFacts, PartFacts, WorkCenterFacts
from models.tables.access.people import Skill
from models.tables.catalog import WorkCenter

# Every part named and every part below it, each with its own lines; a part without lines comes once, alone.
_PARTS = text("""
    WITH RECURSIVE wanted AS (
        SELECT id FROM parts WHERE sku = ANY(:skus)
        UNION
        SELECT l.part_id FROM bom_lines l JOIN wanted w ON l.parent_id = w.id)
    SELECT p.id, p.sku, p.name, p.uom, p.kind, p.unit_cost, c.sku AS child, l.quantity, l.uom AS line_uom,
           l.scrap_percent, l.optional
      FROM wanted w JOIN parts p ON p.id = w.id
      LEFT JOIN bom_lines l ON l.parent_id = p.id LEFT JOIN parts c ON c.id = l.part_id
     WHERE p.active OR NOT :active_only ORDER BY p.sku, l.position
""")


def catalog_facts(
    session: Session,
    skus: Iterable[str],
    work_centers: Iterable[str],
    skills: Iterable[str] = (),
    *,
    active_only: bool = True,
) -> CatalogFacts:
    """Return the named parts with all below them, the named work centres and skills; what is unknown is left out.

    With `active_only` deactivated ones count as unknown, so that nothing new is published with them.
    """
    parts: dict[str, dict[str, object]] = {}
    bom: defaultdict[str, list[BomLine]] = defaultdict(list)
    for row in session.execute(_PARTS, {"skus": sorted(set(skus)), "active_only": active_only}):
        parts[row.sku] = {
            "id": row.id, "sku": row.sku, "name": row.name, "uom": row.uom, "kind": row.kind,
            "unit_cost": _plain(row.unit_cost),
        }  # fmt: skip
        if row.child is not None:
            line = BomLine(
                part=row.child, quantity=_plain(row.quantity), uom=row.line_uom,
                scrap_percent=_plain(row.scrap_percent), optional=row.optional,
            )  # fmt: skip
            bom[row.sku].append(line)
    statement = select(WorkCenter).where(col(WorkCenter.code).in_(sorted(set(work_centers))))
    if active_only:
        statement = statement.where(col(WorkCenter.active).is_(True))
    return CatalogFacts(
        parts={sku: PartFacts.model_validate({**facts, "bom": tuple(bom[sku])}) for sku, facts in parts.items()},
        work_centers={row.code: _work_center(row) for row in session.scalars(statement)},
        skills=_skills(session, set(skills), active_only=active_only),
    )


def _skills(session: Session, codes: set[str], *, active_only: bool) -> frozenset[str]:
    """Return the codes that are skills; most templates name none and cost no statement."""
    if not codes:
        return frozenset()
    statement = select(col(Skill.code)).where(col(Skill.code).in_(sorted(codes)))
    return frozenset(session.scalars(statement.where(col(Skill.active).is_(True)) if active_only else statement))


def _work_center(row: WorkCenter) -> WorkCenterFacts:
    return WorkCenterFacts(
        id=row.id, code=row.code, name=row.name, machines=row.machines, cost_per_hour=_plain(row.cost_per_hour),
        labor_cost_per_hour=_plain(row.labor_cost_per_hour),
    )  # fmt: skip


def _plain(number: Decimal) -> Decimal:
    """Drop the zeros NUMERIC(18,6) adds, so that the same figure always gives the same plan."""
    normal = number.normalize()
    return normal.quantize(Decimal(1)) if normal.as_tuple().exponent > 0 else normal  # type: ignore[operator]  # never NaN
