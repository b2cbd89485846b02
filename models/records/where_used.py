"""Where a part goes: into which parts, and into which steps of templates."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.boms import PartUse, TemplateUse, WhereUsed
from models.records.refusals import found
from models.tables.catalog import Part

_PARTS = text("""
    SELECT p.id AS part_id, p.sku, p.name, p.kind, l.quantity, l.uom, l.optional, d.id AS product_id
      FROM bom_lines l JOIN parts p ON p.id = l.parent_id LEFT JOIN products d ON d.part_id = p.id
     WHERE l.part_id = :part ORDER BY p.sku, l.position LIMIT 200
""")
_TEMPLATES = text("""
    SELECT t.id AS template_id, t.code, t.title, d.sku AS product_sku, t.version_number, t.status
      FROM templates t JOIN products d ON d.id = t.product_id
     WHERE t.status <> 'retired'
       AND t.document @> jsonb_build_object('steps', jsonb_build_array(
           jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('part', CAST(:sku AS text))))))
     ORDER BY d.sku, t.version_number DESC LIMIT 200
""")


def where_used(session: Session, part_id: UUID) -> WhereUsed:
    """Return where a part is used. Raises Missing."""
    part: Part = found("part", part_id, session.get(Part, part_id))
    parts = session.execute(_PARTS, {"part": part_id}).mappings()
    templates = session.execute(_TEMPLATES, {"sku": part.sku}).mappings()
    return WhereUsed(
        parts=tuple(PartUse.model_validate(dict(row)) for row in parts),
        templates=tuple(TemplateUse.model_validate(dict(row)) for row in templates),
    )
