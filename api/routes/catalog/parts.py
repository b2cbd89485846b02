from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditCatalog, MayReadCatalog
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.catalog import PartDraft, PartFilters, PartView
from models.messages.exports import PartExport
from models.messages.paging import Page
from models.records.catalog import parts as records
from models.records.tenants import currency

router = feature("parts", "/parts")


@router.get("", summary="List parts", responses=documented("bad-cursor"))
def list_parts(
    request: Request, response: Response, actor: MayReadCatalog, filters: Annotated[PartFilters, Query()]
) -> Page[PartView]:
    """Return one page of parts; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.parts(session, filters))


@router.get("/export", summary="Export parts", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_parts(actor: MayReadCatalog, asked: Annotated[PartExport, Query()]) -> StreamingResponse:
    """Return every one that fits as a CSV file."""
    with read(actor.sight) as session:
        return as_csv("parts", PartView, records.every_part(session, asked), asked, currency(session, actor.tenant_id))


@router.get("/{part_id}", summary="Read a part", responses=documented("not-found"))
def get_part(part_id: UUID, request: Request, response: Response, actor: MayReadCatalog) -> PartView:
    """Return a part; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.part(session, part_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a part", response_model=PartView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_part(draft: PartDraft, actor: MayEditCatalog, once: Once) -> Response:
    """Add a part."""
    return once(draft, lambda session: records.create_part(session, actor, draft), status=201, location="/parts")


@router.put("/{part_id}", summary="Change a part", responses=documented("not-found", "stale-version", "conflict"))
def put_part(
    part_id: UUID, draft: PartDraft, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> PartView:
    """Replace the fields of a part; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_part(session, actor, part_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{part_id}", summary="Deactivate a part", responses=documented("not-found", "stale-version"))
def deactivate_part(part_id: UUID, response: Response, actor: MayEditCatalog, expected: ExpectedVersion) -> PartView:
    """Take a part out of use. Nothing is deleted: history keeps referring to it, new templates no longer can."""
    with begin(actor.sight) as session:
        view = records.deactivate_part(session, actor, part_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
