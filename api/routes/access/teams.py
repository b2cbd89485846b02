from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditTeams, MayReadUsers
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.paging import Page
from models.messages.teams import TeamDraft, TeamFilters, TeamView
from models.records.access import teams as records

router = feature("teams", "/teams")


@router.get("", summary="List teams", responses=documented("bad-cursor"))
def list_teams(
    request: Request, response: Response, actor: MayReadUsers, filters: Annotated[TeamFilters, Query()]
) -> Page[TeamView]:
    """Return one page of teams; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.teams(session, filters))


@router.get("/{team_id}", summary="Read a team", responses=documented("not-found"))
def get_team(team_id: UUID, request: Request, response: Response, actor: MayReadUsers) -> TeamView:
    """Return a team; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.team(session, team_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Make a team", response_model=TeamView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_team(draft: TeamDraft, actor: MayEditTeams, once: Once) -> Response:
    """Make a team of active people; work given to it may be taken by any of them."""
    return once(draft, lambda session: records.create_team(session, actor, draft), status=201, location="/teams")


@router.put("/{team_id}", summary="Change a team", responses=documented("not-found", "stale-version", "conflict"))
def put_team(
    team_id: UUID, draft: TeamDraft, response: Response, actor: MayEditTeams, expected: ExpectedVersion
) -> TeamView:
    """Replace a team's name and members; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_team(session, actor, team_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{team_id}", summary="Deactivate a team", responses=documented("not-found", "stale-version"))
def deactivate_team(team_id: UUID, response: Response, actor: MayEditTeams, expected: ExpectedVersion) -> TeamView:
    """Give a team no more work. Nothing is deleted: what it has may still be taken by its members."""
    with begin(actor.sight) as session:
        view = records.deactivate_team(session, actor, team_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
