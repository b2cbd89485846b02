from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditCatalog, MayReadProducts
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.catalog import ProductDraft, ProductFilters, ProductView
from models.messages.exports import ProductExport
from models.messages.paging import Page
from models.records.catalog import products as records

router = feature("products", "/products")


@router.get("", summary="List products", responses=documented("bad-cursor"))
def list_products(
    request: Request, response: Response, actor: MayReadProducts, filters: Annotated[ProductFilters, Query()]
) -> Page[ProductView]:
    """Return one page of products; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.products(session, filters))


@router.get("/export", summary="Export products", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_products(actor: MayReadProducts, asked: Annotated[ProductExport, Query()]) -> StreamingResponse:
    """Return every one that fits as a CSV file."""
    with read(actor.sight) as session:
        return as_csv("products", ProductView, records.every_product(session, asked), asked)


@router.get("/{product_id}", summary="Read a product", responses=documented("not-found"))
def get_product(product_id: UUID, request: Request, response: Response, actor: MayReadProducts) -> ProductView:
    """Return a product; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.product(session, product_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a product", response_model=ProductView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused", "conflict"),
)  # fmt: skip
def create_product(draft: ProductDraft, actor: MayEditCatalog, once: Once) -> Response:
    """Add a product. Its finished goods are stocked as the made part of the same SKU, added if missing."""
    return once(draft, lambda session: records.create_product(session, actor, draft), status=201, location="/products")


@router.put("/{product_id}", summary="Change a product", responses=documented("not-found", "stale-version", "conflict"))
def put_product(
    product_id: UUID, draft: ProductDraft, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> ProductView:
    """Replace the fields of a product; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_product(session, actor, product_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{product_id}", summary="Deactivate a product", responses=documented("not-found", "stale-version"))
def deactivate_product(
    product_id: UUID, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> ProductView:
    """Take a product out of use. Nothing is deleted: history keeps referring to it, new templates no longer can."""
    with begin(actor.sight) as session:
        view = records.deactivate_product(session, actor, product_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
