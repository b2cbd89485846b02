"""A draft changed step by step, by several people at once: what does not meet is merged, what meets is refused."""

from uuid import UUID

from sqlmodel import Session

from models.messages.access import Actor
from models.messages.template_edits import (
    DuplicateStep,
    EditNote,
    Redo,
    Revision,
    Rewrite,
    TemplateEdit,
    TemplateEdited,
    Undo,
)
from models.records import attachments
from models.records import template_revisions as revisions
from models.records import templates as records
from models.records.refusals import check_version
from templates_engine.editing import aims_at, edited, overlap

_FURTHEST_BEHIND = 100


def edit(session: Session, actor: Actor, template_id: UUID, wanted: TemplateEdit, expected: int) -> TemplateEdited:
    """Carry out one change of a draft, in the caller's transaction, and remember how to take it back.

    Somebody who has not seen the latest version may still change what nobody else has touched since. Raises Overtaken
    with who changed what, Stale for those far behind and for undo, EditRefused, Missing and Conflict.
    """
    one = wanted.edit
    if isinstance(one, Undo | Redo):
        after, subject = records.turn(session, actor, template_id, expected, back=isinstance(one, Undo))
        return TemplateEdited(template=after, selected=subject or None, merged=())
    before = records.lock_draft(session, template_id)
    merged = _merged(session, template_id, one, expected, before.row_version)
    document = records.document_of(before)
    changed, selected = edited(document, one)
    view = records.replace(session, actor, before, changed, EditNote(kind=one.kind, subject=_subject(one, selected)))
    if isinstance(one, DuplicateStep) and selected is not None:
        attachments.copy_to_step(session, template_id, one.step, selected)
    return TemplateEdited(template=view, selected=selected, merged=merged)


def _merged(
    session: Session, template_id: UUID, one: Rewrite, expected: int, current: int
) -> tuple[Revision, ...]:  # fmt: skip
    """Return what others changed meanwhile. Raises Overtaken where that and this change are about the same."""
    if expected == current:
        return ()
    if not 0 < current - expected <= _FURTHEST_BEHIND:
        check_version("template", expected, current)
    told = revisions.since(session, template_id, expected)
    met = tuple(revision for revision in told if overlap(aims_at(one), revision.touched))
    if met:
        raise revisions.Overtaken(expected, current, met)
    return told


def _subject(one: Rewrite, selected: str | None) -> str:
    """Return the key of the step a change is about."""
    return selected or str(getattr(one, "step", ""))


def without_document(made: TemplateEdited) -> TemplateEdited:
    """Leave the document out, for those who asked for one change only."""
    return made.model_copy(update={"template": made.template.model_copy(update={"document": None})})
