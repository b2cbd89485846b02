"""What was changed in a draft, one entry per change, so that it can be taken back and told to others."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.template_edits import EditNote, Revision, Splice, TemplateHistory
from models.messages.templates import TemplateView
from models.records.refusals import Stale
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.templates import Template, TemplateRevision

_KEPT, _SHOWN = 200, 50
# Somebody who types goes on with one change: it is taken back as one.
_TYPING = timedelta(seconds=20)


class Overtaken(Stale):
    """A change of what somebody else has changed meanwhile; who and what is told."""

    def __init__(self, expected: int, current: int, revisions: Sequence[Revision]) -> None:
        super().__init__("template", expected, current)
        self.revisions = tuple(revisions)

    def members(self) -> dict[str, Any]:
        """Return the present version and what led to it."""
        told = [revision.model_dump(mode="json") for revision in self.revisions]
        return {**super().members(), "revisions": told}


def remember(session: Session, actor: Actor, after: TemplateView | Template, splice: Splice, what: EditNote) -> int:
    """Add a change to a draft's history and return its number; what had been taken back before is then forgotten."""
    session.execute(delete(TemplateRevision).where(_of(after.id), col(TemplateRevision.undone)))
    latest = last(session, after.id)
    touched = list(splice.touched())
    if latest is not None and _goes_on(latest, actor, what.kind, touched):
        old = Splice.model_validate(latest.splice)
        splice = splice.model_copy(update={"before": old.before, "start": old.start})
        latest.splice, latest.version, latest.made_at = splice.model_dump(mode="json"), after.row_version, utc_now()
        session.flush()
        return latest.number
    number = 1 if latest is None else latest.number + 1
    session.add(
        TemplateRevision(
            tenant_id=actor.tenant_id, template_id=after.id, number=number, version=after.row_version, kind=what.kind,
            subject=what.subject, touched=touched, splice=splice.model_dump(mode="json"), made_by=actor.user_id,
        )
    )  # fmt: skip
    session.flush()
    session.execute(delete(TemplateRevision).where(_of(after.id), col(TemplateRevision.number) <= number - _KEPT))
    return number


def last(session: Session, template_id: UUID) -> TemplateRevision | None:
    """Return the change that would be taken back next."""
    statement = select(TemplateRevision).where(_of(template_id), col(TemplateRevision.undone).is_(False))
    return session.scalars(statement.order_by(col(TemplateRevision.number).desc()).limit(1)).first()


def next_undone(session: Session, template_id: UUID) -> TemplateRevision | None:
    """Return the change that would be brought back next."""
    statement = select(TemplateRevision).where(_of(template_id), col(TemplateRevision.undone))
    return session.scalars(statement.order_by(col(TemplateRevision.number)).limit(1)).first()


def turn(session: Session, actor: Actor, row: TemplateRevision, version: int, *, undone: bool) -> None:
    """Mark a change as taken back or brought back, by whom and with which version of the draft."""
    row.undone, row.version, row.made_by, row.made_at = undone, version, actor.user_id, utc_now()
    session.flush()


def since(session: Session, template_id: UUID, version: int) -> tuple[Revision, ...]:
    """Return what led from a version of a draft to the present one, newest first; at most the kept changes."""
    return _told(session, _of(template_id), col(TemplateRevision.version) > version, limit=_KEPT)


def history(session: Session, template_id: UUID) -> TemplateHistory:
    """Return a draft's latest changes."""
    undoable = select(
        func.bool_or(col(TemplateRevision.undone).is_(False)), func.bool_or(col(TemplateRevision.undone))
    ).where(_of(template_id))
    may_undo, may_redo = session.execute(undoable).one()
    told = _told(session, _of(template_id), limit=_SHOWN)
    return TemplateHistory(may_undo=bool(may_undo), may_redo=bool(may_redo), revisions=told)


def forget(session: Session, template_id: UUID) -> None:
    """Throw a draft's history away, with the draft."""
    session.execute(delete(TemplateRevision).where(_of(template_id)))


def _of(template_id: UUID) -> ColumnElement[bool]:
    return col(TemplateRevision.template_id) == template_id


def _goes_on(latest: TemplateRevision, actor: Actor, kind: str, touched: list[str]) -> bool:
    """Tell whether somebody still types in the same field of the same step."""
    return (
        kind == "change_step"
        and len(touched) == 1
        and (latest.kind, latest.made_by, latest.touched) == (kind, actor.user_id, touched)
        and utc_now() - latest.made_at < _TYPING
    )


def _told(session: Session, *which: ColumnElement[bool], limit: int) -> tuple[Revision, ...]:
    columns = [getattr(TemplateRevision, name) for name in Revision.model_fields if name != "made_by"]
    statement = (
        select(*columns, col(User.display_name).label("made_by"))
        .join(User, col(User.id) == col(TemplateRevision.made_by))
        .where(*which)
        .order_by(col(TemplateRevision.version).desc(), col(TemplateRevision.number).desc())
        .limit(limit)
    )
    return tuple(Revision.model_validate(row._asdict()) for row in session.execute(statement))
