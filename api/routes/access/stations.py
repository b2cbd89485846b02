from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditStations
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.paging import Page
from models.messages.stations import StationDraft, StationFilters, StationView, StationWithToken
from models.records.access import stations as records

router = feature("stations", "/stations")


@router.get("", summary="List stations", responses=documented("bad-cursor"))
def list_stations(
    request: Request, response: Response, actor: MayEditStations, filters: Annotated[StationFilters, Query()]
) -> Page[StationView]:
    """Return one page of stations; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.stations(session, filters))


@router.get("/{station_id}", summary="Read a station", responses=documented("not-found"))
def get_station(station_id: UUID, request: Request, response: Response, actor: MayEditStations) -> StationView:
    """Return a station; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.station(session, station_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a station", response_model=StationWithToken,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_station(draft: StationDraft, actor: MayEditStations, once: Once) -> Response:
    """Add a station. Its token is shown in this answer alone; who lost it renews it."""
    answer = once(
        draft, lambda session: records.create_station(session, actor, draft), status=201, location="/stations",
        shown_once="token",
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.put("/{station_id}", summary="Change a station", responses=documented("not-found", "stale-version", "conflict"))
def put_station(
    station_id: UUID, draft: StationDraft, response: Response, actor: MayEditStations, expected: ExpectedVersion
) -> StationView:
    """Replace the fields of a station; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_station(session, actor, station_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{station_id}", summary="Deactivate a station", responses=documented("not-found", "stale-version"))
def deactivate_station(
    station_id: UUID, response: Response, actor: MayEditStations, expected: ExpectedVersion
) -> StationView:
    """Take a station out of use; whoever is logged in there is logged out."""
    with begin(actor.sight) as session:
        view = records.deactivate_station(session, actor, station_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.post(
    "/{station_id}/rotate-token", summary="Renew a station's token", responses=documented("not-found", "stale-version")
)
def rotate_station_token(
    station_id: UUID, response: Response, actor: MayEditStations, expected: ExpectedVersion
) -> StationWithToken:
    """Give a station a new token, shown in this answer alone; the old one ends. If-Match makes it happen once."""
    with begin(actor.sight) as session:
        view = records.rotate_token(session, actor, station_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    response.headers["Cache-Control"] = "no-store"
    return view
