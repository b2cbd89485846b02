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
from models.messages.catalog import WorkCenterDraft, WorkCenterFilters, WorkCenterView
from models.messages.exports import WorkCenterExport
from models.messages.paging import Page
from models.records.catalog import work_centers as records
from models.records.tenants import currency

router = feature("work centres", "/work-centers")


@router.get("", summary="List work centres", responses=documented("bad-cursor"))
def list_work_centers(
    request: Request, response: Response, actor: MayReadCatalog, filters: Annotated[WorkCenterFilters, Query()]
) -> Page[WorkCenterView]:
    """Return one page of work centres; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.work_centers(session, filters))


@router.get("/export", summary="Export work centres", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_work_centers(actor: MayReadCatalog, asked: Annotated[WorkCenterExport, Query()]) -> StreamingResponse:
    """Return every one that fits as a CSV file."""
    with read(actor.sight) as session:
        rows = records.every_work_center(session, asked)
        return as_csv("work-centers", WorkCenterView, rows, asked, currency(session, actor.tenant_id))


@router.get("/{work_center_id}", summary="Read a work centre", responses=documented("not-found"))
def get_work_center(
    work_center_id: UUID, request: Request, response: Response, actor: MayReadCatalog
) -> WorkCenterView:
    """Return a work centre; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.work_center(session, work_center_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a work centre", response_model=WorkCenterView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_work_center(draft: WorkCenterDraft, actor: MayEditCatalog, once: Once) -> Response:
    """Add a work centre."""
    return once(
        draft, lambda session: records.create_work_center(session, actor, draft), status=201, location="/work-centers"
    )


@router.put(
    "/{work_center_id}", summary="Change a work centre", responses=documented("not-found", "stale-version", "conflict")
)
def put_work_center(
    work_center_id: UUID, draft: WorkCenterDraft, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> WorkCenterView:
    """Replace the fields of a work centre; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_work_center(session, actor, work_center_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete(
    "/{work_center_id}", summary="Deactivate a work centre", responses=documented("not-found", "stale-version")
)
def deactivate_work_center(
    work_center_id: UUID, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> WorkCenterView:
    """Take a work centre out of use. Nothing is deleted: history keeps referring to it, new templates no longer can."""
    with begin(actor.sight) as session:
        view = records.deactivate_work_center(session, actor, work_center_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
