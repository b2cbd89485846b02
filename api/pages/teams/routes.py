"""Teams: the list, one team with its people, making and changing one."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from api.deps import MayEditTeams, MayReadUsers
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.access import teams as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.teams import TeamDraft, TeamFilters, TeamView
from models.records.access import teams
from models.records.access.workers import everybody

router = pages("teams")
_MADE = marked("The team is made.")
_SAVED = marked("Saved.")
_CLOSED = marked("The team gets no more work; what it has may still be taken by its people.")
_OPENED = marked("The team is in use again.")


class TeamForm(ActForm):
    """A team as the form sends it."""

    version: int = 0
    code: str = ""
    name: str = ""
    members: list[str] = Field(default_factory=list, max_length=500)


@router.get("/teams")
def list_teams(
    screen: TheScreen, actor: MayReadUsers, filters: Annotated[TeamFilters, Depends(filters_of(TeamFilters))]
) -> HTMLResponse:
    """Show one page of teams."""
    with read(actor.sight) as session:
        found = teams.teams(session, filters)
    return screen.show("teams/list.html", found=found, filters=filters)


@router.get("/teams/new")
def get_new_team(screen: TheScreen, actor: MayEditTeams) -> HTMLResponse:
    """Show the form of a new team."""
    return _page(screen, actor, None, {}, {})


@router.get("/teams/{team_id}")
def get_team(screen: TheScreen, team_id: UUID, actor: MayReadUsers) -> HTMLResponse:
    """Show one team and its people."""
    team = _team(actor, team_id)
    return _page(screen, actor, team, _as_form(team), {})


@router.post("/teams")
def post_team(request: Request, screen: TheScreen, actor: MayEditTeams, form: Annotated[TeamForm, Form()]) -> Response:
    """Make a team once."""
    try:
        draft = checked(TeamDraft, form.model_dump(include={"code", "name", "members"}))
        made = json.loads(bytes(api.create_team(draft, actor, OnceRunner(request, actor, form.key)).body))
    except WRONG as fault:
        return _page(screen, actor, None, form.model_dump(), faults_of(screen, fault, "code"))
    return screen.go(f"/teams/{made['id']}", said=screen.words(_MADE))


@router.post("/teams/{team_id}")
def post_team_change(
    screen: TheScreen, team_id: UUID, actor: MayEditTeams, form: Annotated[TeamForm, Form()]
) -> Response:
    """Change a team's name and people."""
    team = _team(actor, team_id)
    try:
        given = form.model_dump(include={"name", "members"}) | {"code": team.code, "active": team.active}
        api.put_team(team_id, checked(TeamDraft, given), Response(), actor, form.version)
    except WRONG as fault:
        return _page(screen, actor, team, form.model_dump(), faults_of(screen, fault))
    return screen.go(f"/teams/{team_id}", said=screen.words(_SAVED))


@router.post("/teams/{team_id}/use")
def post_team_use(
    screen: TheScreen, team_id: UUID, actor: MayEditTeams, form: Annotated[TeamForm, Form()]
) -> RedirectResponse:
    """Take a team out of use, or into use again."""
    team = _team(actor, team_id)
    members = tuple(member.id for member in team.members if member.active)
    draft = TeamDraft(code=team.code, name=team.name, members=members, active=not team.active)
    done = _CLOSED if team.active else _OPENED
    return tried(
        screen, f"/teams/{team_id}", lambda: api.put_team(team_id, draft, Response(), actor, form.version), done
    )


def _team(actor: Actor, team_id: UUID) -> TeamView:
    with read(actor.sight) as session:
        return teams.team(session, team_id)


def _as_form(team: TeamView) -> dict[str, Any]:
    members = [str(member.id) for member in team.members]
    return {"version": team.row_version, "code": team.code, "name": team.name, "members": members}


def _page(
    screen: Screen, actor: Actor, team: TeamView | None, form: dict[str, Any], faults: dict[str, str]
) -> HTMLResponse:
    with read(actor.sight) as session:
        people = everybody(session)
    chosen = set(form.get("members", ()))
    return screen.show(
        "teams/team.html", 422 if faults else 200, team=team, form=form, faults=faults, chosen=chosen,
        people=[(str(one.id), one.name, one.username) for one in people],
    )  # fmt: skip
