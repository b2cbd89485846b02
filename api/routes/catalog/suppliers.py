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
from models.messages.catalog import SupplierDraft, SupplierFilters, SupplierView
from models.messages.exports import SupplierExport
from models.messages.paging import Page
from models.records.catalog import suppliers as records

router = feature("suppliers", "/suppliers")


@router.get("", summary="List suppliers", responses=documented("bad-cursor"))
def list_suppliers(
    request: Request, response: Response, actor: MayReadCatalog, filters: Annotated[SupplierFilters, Query()]
) -> Page[SupplierView]:
    """Return one page of suppliers; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.suppliers(session, filters))


@router.get("/export", summary="Export suppliers", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_suppliers(actor: MayReadCatalog, asked: Annotated[SupplierExport, Query()]) -> StreamingResponse:
    """Return every one that fits as a CSV file."""
    with read(actor.sight) as session:
        return as_csv("suppliers", SupplierView, records.every_supplier(session, asked), asked)


@router.get("/{supplier_id}", summary="Read a supplier", responses=documented("not-found"))
def get_supplier(supplier_id: UUID, request: Request, response: Response, actor: MayReadCatalog) -> SupplierView:
    """Return a supplier; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.supplier(session, supplier_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a supplier", response_model=SupplierView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_supplier(draft: SupplierDraft, actor: MayEditCatalog, once: Once) -> Response:
    """Add a supplier."""
    return once(
        draft, lambda session: records.create_supplier(session, actor, draft), status=201, location="/suppliers"
    )


@router.put(
    "/{supplier_id}", summary="Change a supplier", responses=documented("not-found", "stale-version", "conflict")
)
def put_supplier(
    supplier_id: UUID, draft: SupplierDraft, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> SupplierView:
    """Replace the fields of a supplier; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_supplier(session, actor, supplier_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{supplier_id}", summary="Deactivate a supplier", responses=documented("not-found", "stale-version"))
def deactivate_supplier(
    supplier_id: UUID, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> SupplierView:
    """Take a supplier out of use. Nothing is deleted: history keeps referring to it, new templates no longer can."""
    with begin(actor.sight) as session:
        view = records.deactivate_supplier(session, actor, supplier_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
