"""Files at their places: what instructions show beside a step, and what was photographed at work."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.files import AttachmentCaption, AttachmentDraft, AttachmentView
from models.messages.template_edits import EditNote, Splice
from models.records import template_revisions as revisions
from models.records.refusals import Conflict, Unfit, found
from models.records.versioned import tell
from models.rules.sentences import Sentence
from models.rules.templates import TemplateStatus
from models.tables.files import Attachment, File
from models.tables.templates import Template
from models.tables.work_orders import WorkOrder

_WHAT, _MODULE = "attachment", "files"
_SHOWN = """
    SELECT a.id, a.file_id, f.name, f.media_type, f.size, a.caption, a.template_id IS NOT NULL AS of_step,
           coalesce(a.step_key, :step) AS step, u.display_name AS attached_by, a.attached_at
      FROM attachments a JOIN files f ON f.id = a.file_id JOIN users u ON u.id = a.attached_by
"""
_ONE = text(f"{_SHOWN} WHERE a.id = :id")
_OF_TEMPLATE = text(
    f"{_SHOWN} WHERE a.template_id = :template AND a.away_by IS NULL "
    "ORDER BY a.step_key, a.attached_at, a.id LIMIT 1000"
)
_OF_STEP = text(
    f"{_SHOWN} WHERE a.template_id = :template AND a.step_key = :step AND a.away_by IS NULL "
    "ORDER BY a.attached_at, a.id LIMIT 200"
)
# A plan may be that of several versions with the same content; the newest that is or was published tells.
_OF_WORK_ORDER = text(f"""
    {_SHOWN} WHERE a.work_order_id = :work_order
        OR (a.step_key = :step AND a.away_by IS NULL AND a.template_id = (
            SELECT t.id FROM templates t JOIN work_orders w ON w.id = :work_order JOIN jobs j ON j.id = w.job_id
              JOIN manufacturing_orders m ON m.id = j.manufacturing_order_id
             WHERE t.plan_hash = j.plan_hash AND t.product_id = m.product_id ORDER BY t.version_number DESC LIMIT 1))
     ORDER BY of_step DESC, a.attached_at, a.id LIMIT 500
""")  # noqa: S608 - the columns are ours
_COPY = text("""
    INSERT INTO attachments (id, tenant_id, file_id, template_id, step_key, caption, attached_by, attached_at)
    SELECT gen_random_uuid(), a.tenant_id, a.file_id, :copy, a.step_key, a.caption, a.attached_by, a.attached_at
      FROM attachments a WHERE a.template_id = :original AND a.away_by IS NULL
""")
_COPY_STEP = text("""
    INSERT INTO attachments (id, tenant_id, file_id, template_id, step_key, caption, attached_by, attached_at)
    SELECT gen_random_uuid(), a.tenant_id, a.file_id, a.template_id, :copy, a.caption, a.attached_by, a.attached_at
      FROM attachments a WHERE a.template_id = :template AND a.step_key = :step AND a.away_by IS NULL
""")
_RENAME = text(
    "UPDATE attachments SET step_key = :new WHERE template_id = :template AND step_key = :old AND away_by IS NULL"
)
_PUT_AWAY = text(
    "UPDATE attachments SET away_by = :revision WHERE template_id = :template "
    "AND step_key = ANY(:keys) AND away_by IS NULL"
)
_TAKE_OR_BRING = text(
    "UPDATE attachments SET away_by = CAST(:revision AS int) WHERE id = :id AND template_id = :template"
)
_BRING_BACK = text(
    "UPDATE attachments SET away_by = NULL WHERE template_id = :template "
    "AND step_key = ANY(:keys) AND away_by = :revision"
)


def of_work_order(session: Session, work_order_id: UUID) -> tuple[AttachmentView, ...]:
    """Return what a work order's step shows, then what was attached at work. Raises Missing."""
    row: WorkOrder = found("work order", work_order_id, session.get(WorkOrder, work_order_id))
    found_rows = session.execute(_OF_WORK_ORDER, {"work_order": work_order_id, "step": row.step_key})
    return tuple(AttachmentView.model_validate(dict(one)) for one in found_rows.mappings())


def of_template(session: Session, template_id: UUID) -> tuple[AttachmentView, ...]:
    """Return the files of all steps of a template, by step. Raises Missing."""
    found("template", template_id, session.get(Template, template_id))
    rows = session.execute(_OF_TEMPLATE, {"template": template_id, "step": ""}).mappings()
    return tuple(AttachmentView.model_validate(dict(row)) for row in rows)


def of_step(session: Session, template_id: UUID, step: str) -> tuple[AttachmentView, ...]:
    """Return the files of one step of a template, as attached. Raises Missing."""
    found("template", template_id, session.get(Template, template_id))
    rows = session.execute(_OF_STEP, {"template": template_id, "step": step}).mappings()
    return tuple(AttachmentView.model_validate(dict(row)) for row in rows)


def attach(session: Session, actor: Actor, draft: AttachmentDraft) -> AttachmentView:
    """Put a file at its place. Raises Missing, Unfit for an unknown step, Conflict for a template that is law."""
    found("file", draft.file_id, session.get(File, draft.file_id))
    step = draft.step or _step_of(session, draft.work_order_id)
    if draft.template_id is not None:
        _check_draft(session, draft.template_id, step)
    row = Attachment(
        tenant_id=actor.tenant_id, file_id=draft.file_id, work_order_id=draft.work_order_id,
        template_id=draft.template_id, step_key=draft.step, caption=draft.caption, attached_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    view = _view(session, row.id, step)
    tell(session, actor, "files:attached", row.id, module=_MODULE, after=view)
    return view


def recaption(session: Session, actor: Actor, identity: UUID, wanted: AttachmentCaption) -> AttachmentView:
    """Write something else under a file of a draft's step. Raises Missing and Conflict."""
    row, before = _of_draft(session, identity)
    if row.caption == wanted.caption:
        return before
    row.caption = wanted.caption
    session.flush()
    after = _view(session, identity, before.step)
    tell(session, actor, "files:captioned", identity, module=_MODULE, before=before, after=after)
    return after


def detach(session: Session, actor: Actor, identity: UUID) -> None:
    """Take a file from a draft's step, as a change that can be taken back; what was attached at work stays.

    Raises Missing and Conflict.
    """
    row, before = _of_draft(session, identity)
    template = session.get_one(Template, row.template_id)
    splice = Splice(start=0, before=(), after=(), takes_file=identity)
    what = EditNote(kind="detach_file", subject=before.step)
    row.away_by = revisions.remember(session, actor, template, splice, what)
    session.flush()
    tell(session, actor, "files:detached", identity, module=_MODULE, before=before)


def copy_to_clone(session: Session, original: UUID, copy: UUID) -> None:
    """Give a new version of a template what its original's steps show."""
    session.execute(_COPY, {"original": original, "copy": copy})


def copy_to_step(session: Session, template_id: UUID, step: str, copy: str) -> None:
    """Give the copy of a step what the step shows."""
    session.execute(_COPY_STEP, {"template": template_id, "step": step, "copy": copy})


def follow(session: Session, template_id: UUID, splice: Splice, revision: int, *, renames: bool) -> None:
    """Let the files of a draft's steps go where a change of the draft took their steps.

    A step that got another key keeps its files. Those of a step that went are put away under the number of the
    change, so that a new step of the same key does not show them, and come back when the change is taken back.
    """
    went, came = splice.keys()
    if renames and len(went) == len(came) == 1:
        session.execute(_RENAME, {"template": template_id, "old": went[0], "new": came[0]})
        return
    for statement, keys in ((_PUT_AWAY, went), (_BRING_BACK, came)):
        if keys:
            session.execute(statement, {"template": template_id, "keys": list(keys), "revision": revision})


def turn(session: Session, actor: Actor, template_id: UUID, splice: Splice, revision: int) -> None:
    """Bring back the file that a change took from its step, or take it away again, where the change was about one."""
    identity = splice.takes_file or splice.brings_file
    if identity is None:
        return
    away_by = revision if splice.takes_file else None
    session.execute(_TAKE_OR_BRING, {"id": identity, "template": template_id, "revision": away_by})
    view = _view(session, identity, "")
    if splice.takes_file:
        tell(session, actor, "files:detached", identity, module=_MODULE, before=view)
    else:
        tell(session, actor, "files:attached", identity, module=_MODULE, after=view)


def _of_draft(session: Session, identity: UUID) -> tuple[Attachment, AttachmentView]:
    """Return a file at a step of a draft, which is locked. Raises Missing and Conflict."""
    stored = session.get(Attachment, identity)
    row: Attachment = found(_WHAT, identity, stored if stored is not None and stored.away_by is None else None)
    if row.template_id is None:
        raise Conflict("What was attached at work is part of its record and stays.")
    _check_draft(session, row.template_id, None)
    return row, _view(session, identity, row.step_key or "")


def _view(session: Session, identity: UUID, step: str) -> AttachmentView:
    row = found(_WHAT, identity, session.execute(_ONE, {"id": identity, "step": step}).mappings().first())
    return AttachmentView.model_validate(dict(row))


def _step_of(session: Session, work_order_id: UUID | None) -> str:
    row: WorkOrder = found("work order", str(work_order_id), session.get(WorkOrder, work_order_id))
    return row.step_key


def _check_draft(session: Session, template_id: UUID, step: str | None) -> None:
    template: Template = found("template", template_id, session.get(Template, template_id, with_for_update=True))
    if template.status != TemplateStatus.DRAFT:
        raise Conflict(Sentence(
            "{template} is {status}; change a draft of its next version instead.",
            template=template.code, status=Sentence(template.status),
        ))  # fmt: skip
    if step is not None and step not in {each["key"] for each in template.document["steps"]}:
        raise Unfit(Sentence("{template} has no step '{step}'.", template=template.code, step=step), "/step")
