from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.responses import PlainTextResponse

from api import publishing
from api import template_editing as editing
from api.conditional import ExpectedVersion, MaybeVersion, etag, versioned
from api.deps import MayEditTemplates, MayPublishTemplates, MayReadTemplates
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from api.template_editing import without_document
from models.connections.postgres import begin, read, rehearse
from models.messages.paging import Page
from models.messages.template_edits import PublishTemplate, TemplateEdit, TemplateEdited, TemplateHistory
from models.messages.template_library import (
    TemplateCheck,
    TemplateFilters,
    TemplateImport,
    TemplateImported,
    TemplateUsage,
)
from models.messages.templates import Plan, TemplateDiff, TemplateDocument, TemplateView
from models.records import template_revisions as revisions
from models.records import templates as records
from templates_engine.diff import diff
from templates_engine.drawing import draw

# A manual of five thousand steps with their instructions is some megabytes of JSON.
_LARGEST_BYTES = 8_000_000
router = feature("templates", "/templates")
_ONCE = ("idempotency-key-missing", "idempotency-key-reused")


@router.get("", summary="List templates", responses=documented("bad-cursor"))
def list_templates(
    request: Request, response: Response, actor: MayReadTemplates, filters: Annotated[TemplateFilters, Query()]
) -> Page[TemplateView]:
    """Return one page of template versions, newest first, without their documents."""
    with read(actor.sight) as session:
        return linked(request, response, records.templates(session, filters))


@router.post(
    "", status_code=201, summary="Save a draft", response_model=TemplateView, max_body_size=_LARGEST_BYTES,
    responses=documented(*_ONCE),
)  # fmt: skip
def create_template(document: TemplateDocument, actor: MayEditTemplates, once: Once) -> Response:
    """Save a draft as the product's next version. It may be unfinished: `check` lists what is still wrong."""
    return once(
        document, lambda session: records.create_draft(session, actor, document), status=201, location="/templates"
    )


@router.post(
    "/import", status_code=201, summary="Import a template file", response_model=TemplateImported,
    max_body_size=_LARGEST_BYTES, responses=documented("template-file-refused", "catalog-lacks", "conflict", *_ONCE),
)  # fmt: skip
def import_template(wanted: TemplateImport, actor: MayEditTemplates, once: Once) -> Response:
    """Take a YAML file in as a draft; with `create_missing` also the product, parts and work centres it names.

    The same file again changes nothing, a corrected one updates the draft; after publishing it is the next version.
    """
    if wanted.dry_run:
        with rehearse(actor.sight) as session:
            told = publishing.import_yaml(session, actor, wanted)
        return Response(told.model_dump_json(), media_type="application/json")
    return once(wanted, lambda session: publishing.import_yaml(session, actor, wanted), status=201)


@router.get("/{template_id}", summary="Read a template", responses=documented("not-found"))
def get_template(template_id: UUID, request: Request, response: Response, actor: MayReadTemplates) -> TemplateView:
    """Return a template version with its document."""
    with read(actor.sight) as session:
        view = records.template(session, template_id)
    return versioned(request, response, view)


@router.put(
    "/{template_id}", summary="Change a draft", max_body_size=_LARGEST_BYTES,
    responses=documented("not-found", "stale-version", "conflict"),
)  # fmt: skip
def put_template(
    template_id: UUID, document: TemplateDocument, response: Response, actor: MayEditTemplates,
    expected: ExpectedVersion,
) -> TemplateView:  # fmt: skip
    """Replace a draft's document; a published version never changes."""
    with begin(actor.sight) as session:
        view = records.change_draft(session, actor, template_id, document, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.post(
    "/{template_id}/edits", summary="Change a draft by one edit", response_model=TemplateEdited,
    responses=documented("not-found", "stale-version", "conflict", "edit-refused", *_ONCE),
)  # fmt: skip
def edit_template(
    template_id: UUID, wanted: TemplateEdit, actor: MayEditTemplates, once: Once, expected: ExpectedVersion
) -> Response:
    """Change, add, copy, delete, move, link or unlink one step, change the head, undo or redo.

    Whoever is behind the present version may still change what nobody else has touched since; the answer then tells
    what was merged. What others have touched is 412, with who changed what in `revisions`.
    """
    return once(wanted, lambda session: without_document(editing.edit(session, actor, template_id, wanted, expected)))


@router.get("/{template_id}/history", summary="Read a draft's history", responses=documented("not-found"))
def read_history(template_id: UUID, actor: MayReadTemplates) -> TemplateHistory:
    """Return the latest changes, newest first, by whom, and whether one can be taken back or brought back."""
    with read(actor.sight) as session:
        records.summary(session, template_id)
        return revisions.history(session, template_id)


@router.get("/{template_id}/usage", summary="Read what uses a template", responses=documented("not-found"))
def read_usage(template_id: UUID, actor: MayReadTemplates) -> TemplateUsage:
    """Return how many orders are made by this version, and how many of them are still open."""
    with read(actor.sight) as session:
        records.summary(session, template_id)
        return records.usage(session, (template_id,)).get(template_id, TemplateUsage(orders=0, open_orders=0))


@router.delete(
    "/{template_id}", status_code=204, summary="Delete a draft",
    responses=documented("not-found", "stale-version", "conflict"),
)  # fmt: skip
def delete_template(template_id: UUID, actor: MayEditTemplates, expected: ExpectedVersion) -> None:
    """Throw a draft away; a published version can only be retired."""
    with begin(actor.sight) as session:
        records.delete_draft(session, actor, template_id, expected)


@router.get("/{template_id}/check", summary="Check a template", responses=documented("not-found"))
def check_template(template_id: UUID, actor: MayReadTemplates) -> TemplateCheck:
    """Return every fault that stands against publishing this version today."""
    with read(actor.sight) as session:
        document = records.document_of(records.template(session, template_id))
        return publishing.check(session, document)


@router.post(
    "/{template_id}/publish", summary="Publish a draft", response_model=TemplateView,
    responses=documented("not-found", "conflict", "stale-version", "template-refused", *_ONCE),
)  # fmt: skip
def publish_template(
    template_id: UUID, actor: MayPublishTemplates, once: Once, expected: MaybeVersion,
    wanted: PublishTemplate | None = None,
) -> Response:  # fmt: skip
    """Compile the draft and freeze it with its plan, for ever. With If-Match only the version that was seen."""
    reason = wanted.reason if wanted else ""
    return once(wanted, lambda session: publishing.publish(session, actor, template_id, expected, reason))


@router.post(
    "/{template_id}/retire", summary="Retire a template", response_model=TemplateView,
    responses=documented("not-found", "conflict", *_ONCE),
)  # fmt: skip
def retire_template(template_id: UUID, actor: MayPublishTemplates, once: Once) -> Response:
    """Take a published version out of use; orders that run by it go on."""
    return once(None, lambda session: records.retire(session, actor, template_id))


@router.post(
    "/{template_id}/clone", status_code=201, summary="Clone a template", response_model=TemplateView,
    responses=documented("not-found", *_ONCE),
)  # fmt: skip
def clone_template(template_id: UUID, actor: MayEditTemplates, once: Once) -> Response:
    """Make the product's next version as a draft with the same content."""
    return once(None, lambda session: records.clone(session, actor, template_id), status=201, location="/templates")


@router.get("/{template_id}/diff", summary="Compare two versions", responses=documented("not-found"))
def diff_templates(template_id: UUID, against: UUID, actor: MayReadTemplates) -> TemplateDiff:
    """Return what changed from the version `against` to this one."""
    with read(actor.sight) as session:
        before = records.document_of(records.template(session, against))
        after = records.document_of(records.template(session, template_id))
    return diff(before, after)


@router.get(
    "/{template_id}/plan", summary="Read the plan", response_model=Plan,
    responses=documented("not-found", "template-refused"),
)  # fmt: skip
def get_plan(
    template_id: UUID, actor: MayReadTemplates, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """Return the compiled plan: the frozen one of a published version, for a draft what it would be today."""
    with read(actor.sight) as session:
        plan = publishing.plan_of(session, actor, template_id)
    tag = {"ETag": f'"{plan.content_hash}"'}
    if if_none_match == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return Response(plan.model_dump_json(), media_type="application/json", headers=tag)


@router.get(
    "/{template_id}/graph.svg", summary="Draw the graph", response_class=Response,
    responses=documented("not-found", "template-refused") | {200: {"content": {"image/svg+xml": {}}}},
)  # fmt: skip
def draw_template(template_id: UUID, actor: MayReadTemplates) -> Response:
    """Return the steps and their dependencies as a picture, the critical path marked."""
    with read(actor.sight) as session:
        plan = publishing.plan_of(session, actor, template_id)
    return Response(draw(plan), media_type="image/svg+xml")


@router.get(
    "/{template_id}/export", summary="Export a template file", response_class=PlainTextResponse,
    responses=documented("not-found") | {200: {"content": {"application/yaml": {}}}},
)  # fmt: skip
def export_template(template_id: UUID, actor: MayReadTemplates) -> Response:
    """Return the template as a YAML file that import takes again."""
    with read(actor.sight) as session:
        code, text = publishing.export_yaml(session, template_id)
    headers = {"Content-Disposition": f'attachment; filename="{code}.yaml"'}
    return Response(text, media_type="application/yaml", headers=headers)
