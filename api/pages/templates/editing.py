"""The editor of a draft: one page, and its parts anew after each edit."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api import template_editing
from api.deps import MayEditTemplates
from api.idempotency import OnceRunner
from api.pages.frame.asking import checked
from api.pages.frame.faults import reason
from api.pages.frame.routing import pages
from api.pages.frame.safety import HEADERS
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.templates.desk import choices, desk
from api.pages.templates.words import change_words, field_words
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.template_edits import ChangeStep, Revision, TemplateEdit, TemplateEdited
from models.records import template_revisions as revisions
from models.records import templates as records
from models.records.refusals import Conflict, Stale
from models.rules.templates import TemplateStatus
from templates_engine.diff import text_of
from templates_engine.editing import EditRefused

router = pages("templates")
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._/+:-]*$"
Selected = Annotated[str | None, Query(max_length=64, pattern=_CODE)]
Find = Annotated[str, Query(max_length=100)]
_SAVED = marked("Saved")
_MARKED = marked("Not saved yet: please look at the marked field.")
_MERGED = marked("%(who)s changed something else meanwhile; both are kept.")


class EditForm(BaseModel):
    """One edit as the page sends it: JSON as the API takes it, and what the page shows."""

    model_config = ConfigDict(str_max_length=8_000_000)

    key: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    version: int = Field(ge=0, le=2_000_000_000)
    edit: str
    step: str | None = Field(None, max_length=64, pattern=_CODE)
    find: str = Field("", max_length=100)


class EditAsked(BaseModel):
    """What is done once under one key: an edit of a version."""

    wanted: TemplateEdit
    version: int


@dataclass(slots=True)
class Fate:
    """What became of an edit: what to say, at which fields, and what others did meanwhile."""

    status: int = 200
    kind: str = "good"
    said: str = ""
    select: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    met: tuple[Revision, ...] = ()
    mine: ChangeStep | None = None


@router.get("/templates/{template_id}/edit")
def get_editor(
    screen: TheScreen, template_id: UUID, actor: MayEditTemplates, step: Selected = None, find: Find = ""
) -> Response:
    """Show the editor of a draft; a version that is published is shown as it is."""
    with read(actor.sight) as session:
        view = records.template(session, template_id)
        if view.status is not TemplateStatus.DRAFT:
            return screen.go(f"/templates/{template_id}")
        facts = desk(session, actor, view, step, find) | choices(session)
    return _show(screen, "templates/editor.html", Fate(), facts)


@router.get("/templates/{template_id}/edit/parts")
def get_editor_parts(
    screen: TheScreen, template_id: UUID, actor: MayEditTemplates, step: Selected = None, find: Find = ""
) -> HTMLResponse:
    """Show the parts of an editor that is open, for another step or after somebody else's edit."""
    return _parts(screen, actor, template_id, Fate(select=step), find)


@router.get("/templates/{template_id}/version")
def get_version(template_id: UUID, actor: MayEditTemplates) -> HTMLResponse:
    """Answer with a template's present version alone, for an editor that looks whether others have been there."""
    with read(actor.sight) as session:
        version = records.summary(session, template_id).row_version
    return HTMLResponse(str(version), headers=HEADERS)


@router.post("/templates/{template_id}/edits", max_body_size=8_000_000)
def post_edit(
    screen: TheScreen, template_id: UUID, actor: MayEditTemplates, form: Annotated[EditForm, Form()]
) -> HTMLResponse:
    """Carry out one edit and show what it leads to; a refused one is told, and nothing of it is lost on the page."""
    fate = _carry_out(screen, actor, template_id, form)
    fate.select = fate.select or form.step
    return _parts(screen, actor, template_id, fate, form.find)


def _carry_out(screen: Screen, actor: Actor, template_id: UUID, form: EditForm) -> Fate:
    try:
        wanted = checked(TemplateEdit, {"edit": _read(form.edit)})
        once = OnceRunner(screen.request, actor, form.key)
        asked = EditAsked(wanted=wanted, version=form.version)
        done = once(asked, lambda session: _edit(session, actor, template_id, asked))
        made = TemplateEdited.model_validate_json(bytes(done.body))
    except RequestValidationError as fault:
        return Fate(422, "bad", screen.words(_MARKED), fields=_fields(screen, fault))
    except EditRefused as refusal:
        at = {refusal.field: screen.why(refusal)} if refusal.field and not refusal.path else {}
        return Fate(422, "bad", screen.why(refusal), fields=at, path=refusal.path)
    except revisions.Overtaken as refusal:
        mine = wanted.edit if isinstance(wanted.edit, ChangeStep) else None
        return Fate(412, "warn", screen.why(refusal), met=refusal.revisions, mine=mine)
    except (Conflict, Stale) as refusal:
        return Fate(409, "bad", screen.why(refusal))
    others = ", ".join(dict.fromkeys(one.made_by for one in made.merged))
    said = screen.words(_MERGED, who=others) if others else screen.words(_SAVED)
    return Fate(200, "warn" if others else "good", said, select=made.selected)


def _edit(session: Session, actor: Actor, template_id: UUID, asked: EditAsked) -> TemplateEdited:
    made = template_editing.edit(session, actor, template_id, asked.wanted, asked.version)
    return template_editing.without_document(made)


def _read(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands in a text of JSON, its numbers exact; None where it is none."""
    try:
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _fields(screen: Screen, fault: RequestValidationError) -> dict[str, str]:
    """Return what is wrong by the form's names for its fields, such as `parts-0-quantity`."""
    told = {}
    for one in fault.errors():
        loc = [str(word) for word in one["loc"]]
        name = "-".join(loc[loc.index("changes") + 1 :]) if "changes" in loc else loc[-1]
        told[name] = reason(screen, one)
    return told


def _parts(screen: Screen, actor: Actor, template_id: UUID, fate: Fate, find: str) -> HTMLResponse:
    with read(actor.sight) as session:
        view = records.template(session, template_id)
        facts = desk(session, actor, view, fate.select, find) | choices(session)
    return _show(screen, "templates/editor_parts.html", fate, facts)


def _show(screen: Screen, template: str, fate: Fate, facts: dict[str, Any]) -> HTMLResponse:
    told = {field: [screen.translated(one) for one in faults] for field, faults in facts["told"].items()}
    return screen.show(
        template, fate.status, fate=fate, field_words=field_words, change_words=change_words, text_of=text_of,
        **facts | {"told": told},
    )  # fmt: skip
