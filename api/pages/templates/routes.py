"""Templates: the list of versions, one version, new drafts, publishing, retiring and deleting."""

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import Field

from api import publishing
from api.deps import MayEditTemplates, MayPublishTemplates, MayReadTemplates
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm, TheAct
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import reason
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.templates.shown import shown, versions
from api.pages.templates.words import FIELDS
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.catalog import ProductFilters, WorkCenterFilters
from models.messages.files import AttachmentView
from models.messages.template_edits import PublishTemplate
from models.messages.template_library import TemplateFilters, TemplateUsage
from models.messages.templates import TemplateDocument, TemplateView
from models.records import attachments
from models.records import templates as records
from models.records.catalog.products import products
from models.records.catalog.work_centers import work_centers
from models.records.refusals import Conflict, Refusal, Stale
from models.rules.access import Permission
from models.rules.templates import TemplateStatus
from templates_engine.diff import diff
from templates_engine.drawing import MOST_STEPS
from templates_engine.refusal import TemplateRefused
from templates_engine.sketch import sketch

router = pages("templates")
_NO_USE = TemplateUsage(orders=0, open_orders=0)


class NewForm(ActForm):
    """A new draft: of which product, and its first step."""

    product: str = ""
    title: str = ""
    step: str = ""
    work_center: str = ""


class SeenForm(ActForm):
    """What is done to a draft as it was seen: in this version, or not at all."""

    version: int = Field(ge=0, le=2_000_000_000)


TheSeen = Annotated[SeenForm, Form()]


@router.get("/templates")
def list_templates(
    screen: TheScreen, actor: MayReadTemplates,
    filters: Annotated[TemplateFilters, Depends(filters_of(TemplateFilters))],
) -> HTMLResponse:  # fmt: skip
    """Show one page of template versions."""
    with read(actor.sight) as session:
        found = records.templates(session, filters)
        used = records.usage(session, [one.id for one in found.items])
    return shown(screen, "templates/list.html", found=found, filters=filters, used=used, no_use=_NO_USE)


@router.get("/templates/new")
def get_new_template(screen: TheScreen, actor: MayEditTemplates) -> HTMLResponse:
    """Show the form of a new draft."""
    return _new(screen, actor, {}, {})


@router.post("/templates")
def post_template(
    request: Request, screen: TheScreen, actor: MayEditTemplates, form: Annotated[NewForm, Form()]
) -> Response:
    """Begin a draft once, and lead to its editor."""
    step = {"key": "step-1", "name": form.step, "work_center": form.work_center}
    try:
        wanted = checked(TemplateDocument, {"product": form.product, "title": form.title, "steps": [step]})
        done = OnceRunner(request, actor, form.key)(
            wanted, lambda session: records.create_draft(session, actor, wanted), status=201
        )
    except RequestValidationError as fault:
        faults = {str(one["loc"][-1]).replace("name", "step"): reason(screen, one) for one in fault.errors()}
        return _new(screen, actor, form.model_dump(), faults, 422)
    except Refusal as refusal:
        return _new(screen, actor, form.model_dump(), {"product": str(refusal)}, 422)
    return screen.go(f"/templates/{TemplateView.model_validate_json(bytes(done.body)).id}/edit")


def _new(
    screen: Screen, actor: Actor, form: dict[str, Any], faults: dict[str, str], status: int = 200
) -> HTMLResponse:  # fmt: skip
    with read(actor.sight) as session:
        offered = products(session, ProductFilters(active=True, limit=200, sort="name")).items
        centers = work_centers(session, WorkCenterFilters(active=True, limit=200, sort="code")).items
    return shown(screen, "templates/new.html", status, products=offered, centers=centers, form=form, faults=faults)


@router.get("/templates/{template_id}")
def get_template(screen: TheScreen, template_id: UUID, actor: MayReadTemplates) -> HTMLResponse:
    """Show one version: its graph and steps, what one takes and costs, its other versions, what uses it."""
    with read(actor.sight) as session:
        view = records.template(session, template_id)
        made = publishing.outline_of(session, actor, view)
        others = versions(session, view)
        used = records.usage(session, [view.id]).get(view.id, _NO_USE)
        files = attachments.of_template(session, view.id) if screen.may(Permission.FILES_READ) else ()
    return shown(
        screen, "templates/template.html", draft=view, document=records.document_of(view), plan=made.plan,
        pictures=_by_step(files), faults=made.faults, sketch=sketch(made), versions=others, used=used,
        most=MOST_STEPS, selected=None,
        faulty={fault.step for fault in made.faults}, circles=frozenset(),
    )  # fmt: skip


def _by_step(files: Iterable[AttachmentView]) -> dict[str, tuple[AttachmentView, ...]]:
    return {step: tuple(found) for step, found in groupby(files, key=lambda file: file.step)}


@router.get("/templates/{template_id}/publish")
def get_publish(screen: TheScreen, template_id: UUID, actor: MayPublishTemplates) -> Response:
    """Show what publishing a draft changes, and for how many orders."""
    return _publish_page(screen, actor, template_id)


@router.post("/templates/{template_id}/publish")
def post_publish(
    request: Request, screen: TheScreen, template_id: UUID, actor: MayPublishTemplates, form: TheSeen
) -> Response:
    """Publish the draft as it was seen, or tell what stands against it."""
    wanted = PublishTemplate(reason=form.reason)
    try:
        OnceRunner(request, actor, form.key)(
            wanted, lambda session: publishing.publish(session, actor, template_id, form.version, form.reason)
        )
    except (Conflict, Stale, TemplateRefused) as refusal:
        return screen.go(f"/templates/{template_id}/publish", said=str(refusal), kind="bad")
    return screen.go(f"/templates/{template_id}", said=screen.words(marked("Published: new orders are made by it.")))


def _publish_page(screen: Screen, actor: Actor, template_id: UUID) -> Response:
    with read(actor.sight) as session:
        view = records.template(session, template_id)
        if view.status is not TemplateStatus.DRAFT:
            return screen.go(f"/templates/{template_id}")
        made = publishing.outline_of(session, actor, view)
        before = next((one for one in versions(session, view) if one.status is TemplateStatus.PUBLISHED), None)
        change = None
        if before is not None:
            old = records.document_of(records.template(session, before.id))
            change = diff(old, records.document_of(view))
        used = records.usage(session, [before.id]).get(before.id, _NO_USE) if before else _NO_USE
    return shown(
        screen, "templates/publish.html", draft=view, before=before, change=change, used=used, faults=made.faults,
        plan=made.plan, fields=FIELDS, names={step.key: step.name for step in records.document_of(view).steps},
    )  # fmt: skip


@router.post("/templates/{template_id}/retire")
def post_retire(
    request: Request, screen: TheScreen, template_id: UUID, actor: MayPublishTemplates, form: TheAct
) -> Response:
    """Take a published version out of use."""
    back = f"/templates/{template_id}"
    try:
        OnceRunner(request, actor, form.key)(None, lambda session: records.retire(session, actor, template_id))
    except (Conflict, Stale) as refusal:
        return screen.go(back, said=str(refusal), kind="bad")
    return screen.go(back, said=screen.words(marked("Retired: no new order is made by it; running ones go on.")))


@router.post("/templates/{template_id}/clone")
def post_clone(
    request: Request, screen: TheScreen, template_id: UUID, actor: MayEditTemplates, form: TheAct
) -> Response:
    """Make the next version as a draft and lead to its editor."""
    done = OnceRunner(request, actor, form.key)(
        None, lambda session: records.clone(session, actor, template_id), status=201
    )
    return screen.go(f"/templates/{TemplateView.model_validate_json(bytes(done.body)).id}/edit")


@router.post("/templates/{template_id}/delete")
def post_delete(screen: TheScreen, template_id: UUID, actor: MayEditTemplates, form: TheSeen) -> Response:
    """Throw a draft away, as it was seen."""
    try:
        with begin(actor.sight) as session:
            records.delete_draft(session, actor, template_id, form.version)
    except (Conflict, Stale) as refusal:
        return screen.go(f"/templates/{template_id}", said=str(refusal), kind="bad")
    return screen.go("/templates", said=screen.words(marked("The draft is deleted.")))
