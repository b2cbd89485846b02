from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.deps import MayEditStations
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.paging import Page
from models.messages.walls import WallDraft, WallFilters, WallMade, WallView
from models.records import walls as records

router = feature("walls", "/walls")


@router.get("", summary="List wall screens", responses=documented("bad-cursor"))
def list_walls(
    request: Request, response: Response, actor: MayEditStations, filters: Annotated[WallFilters, Query()]
) -> Page[WallView]:
    """Return one page of the links that show the boards without a log-in, without their tokens."""
    with read(actor.sight) as session:
        return linked(request, response, records.walls(session, filters))


@router.post(
    "", status_code=201, summary="Make a wall screen's link", response_model=WallMade,
    responses=documented("idempotency-key-missing", "invalid-request"),
)  # fmt: skip
def create_wall(draft: WallDraft, actor: MayEditStations, once: Once) -> Response:
    """Make a read-only link; the answer shows its token this once."""
    return once(
        draft, lambda session: records.create_wall(session, actor, draft), status=201, location="/walls",
        shown_once="token",
    )  # fmt: skip


@router.post("/{wall_id}/revoke", summary="Revoke a wall screen's link", responses=documented("not-found"))
def revoke_wall(wall_id: UUID, actor: MayEditStations) -> WallView:
    """End a link at once and for ever; doing so twice changes nothing."""
    with begin(actor.sight) as session:
        return records.revoke_wall(session, actor, wall_id)
