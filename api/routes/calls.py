from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.deps import MayControlWorkOrders, MayReadOwnWorkOrders, MayWorkOnOrders
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.calls import CallDraft, CallFilters, CallView
from models.messages.paging import Page
from models.records import calls as records

router = feature("calls", "/calls")


@router.get("", summary="List calls for help", responses=documented("bad-cursor"))
def list_calls(
    request: Request, response: Response, actor: MayReadOwnWorkOrders, filters: Annotated[CallFilters, Query()]
) -> Page[CallView]:
    """Return one page of calls; `open=true` keeps those that are not over."""
    with read(actor.sight) as session:
        return linked(request, response, records.calls(session, filters))


@router.post(
    "", status_code=201, summary="Call for help", response_model=CallView,
    responses=documented("not-found", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def raise_call(draft: CallDraft, actor: MayWorkOnOrders, once: Once) -> Response:
    """Call for help at a work order; managers see it at once on the dashboard and in the live feed."""
    return once(draft, lambda session: records.raise_call(session, actor, draft), status=201, location="/calls")


@router.get("/{call_id}", summary="Get a call for help", responses=documented("not-found"))
def get_call(call_id: UUID, actor: MayReadOwnWorkOrders) -> CallView:
    """Return one call."""
    with read(actor.sight) as session:
        return records.call(session, call_id)


@router.post("/{call_id}/answer", summary="Answer a call", responses=documented("not-found", "conflict"))
def answer_call(call_id: UUID, actor: MayControlWorkOrders) -> CallView:
    """Say that one comes; the station shows who. Doing so twice changes nothing."""
    with begin(actor.sight) as session:
        return records.answer_call(session, actor, call_id)


@router.post("/{call_id}/close", summary="Close a call", responses=documented("not-found", "conflict"))
def close_call(call_id: UUID, actor: MayWorkOnOrders) -> CallView:
    """Say that help is not needed any more; who called may, and whoever controls work."""
    with begin(actor.sight) as session:
        return records.close_call(session, actor, call_id)
