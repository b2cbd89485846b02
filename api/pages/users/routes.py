"""People: the list, one person with all that lets them in, and adding somebody."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import SecretStr
from sqlmodel import Session

from api.deps import MayEditUsers, MayReadUsers
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of
from api.pages.frame.places import languages, time_zones
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.users.role_names import role_names
from api.routes.access.users import create_user
from models.connections.postgres import read
from models.messages.people import PersonDraft, PersonFilters, PersonView
from models.messages.teams import SkillFilters, TeamFilters
from models.messages.work_orders import WorkOrderFilters
from models.records.access import skills, teams, users
from models.records.work_orders import views
from models.rules.access import Permission
from models.rules.work_orders import OPEN

router = pages("users")
_SHOWN_WORK = 20
_ADDED = marked("%(name)s is added. Set a PIN or have a password code mailed, so that they can log in.")


class NewPersonForm(ActForm):
    """Somebody to be added, as the form sends it."""

    username: str = ""
    display_name: str = ""
    email: str = ""
    role: str = ""
    hourly_rate: str = ""
    language: str = ""
    time_zone: str = "UTC"
    password: SecretStr = SecretStr("")


@router.get("/users")
def list_users(
    screen: TheScreen, actor: MayReadUsers, filters: Annotated[PersonFilters, Depends(filters_of(PersonFilters))]
) -> HTMLResponse:
    """Show one page of people."""
    with read(actor.sight) as session:
        found = users.users(session, actor, filters)
        every = role_names(screen, session)
        groups = teams.teams(session, TeamFilters(active=True, limit=200)).items
    return screen.show("users/list.html", found=found, filters=filters, roles=every, teams=groups)


@router.get("/users/new")
def get_new_user(screen: TheScreen, actor: MayEditUsers) -> HTMLResponse:
    """Show the form of a new person."""
    return _new(screen, actor, {"role": "technician", "time_zone": _zone(screen)}, {})


@router.post("/users")
def post_user(
    request: Request, screen: TheScreen, actor: MayEditUsers, form: Annotated[NewPersonForm, Form()]
) -> Response:
    """Add a person once, and lead to their page."""
    given = form.model_dump(exclude={"key", "reason", "password"})
    password = form.password.get_secret_value()
    try:
        draft = checked(PersonDraft, {name: value for name, value in (given | {"password": password}).items() if value})
        made = json.loads(bytes(create_user(draft, actor, OnceRunner(request, actor, form.key)).body))
    except WRONG as fault:
        return _new(screen, actor, given, faults_of(screen, fault), 422)
    return screen.go(f"/users/{made['id']}", said=screen.words(_ADDED, name=made["display_name"]))


def _new(
    screen: Screen, actor: MayEditUsers, form: dict[str, Any], faults: dict[str, str], status: int = 200
) -> HTMLResponse:
    with read(actor.sight) as session:
        every = role_names(screen, session)
    return screen.show(
        "users/new.html", status, form=form, faults=faults, roles=every, languages=languages(form.get("language")),
        zones=time_zones(form.get("time_zone")),
    )  # fmt: skip


def _zone(screen: Screen) -> str:
    return (screen.viewer.time_zone if screen.viewer else None) or "UTC"


@router.get("/users/{user_id}")
def get_user(screen: TheScreen, user_id: UUID, actor: MayReadUsers) -> HTMLResponse:
    """Show one person."""
    return person_page(screen, user_id, actor)


def person_page(
    screen: Screen, user_id: UUID, actor: MayReadUsers, form: dict[str, Any] | None = None,
    faults: dict[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    """Return a person's page; with the form and its faults where a change was refused."""
    with read(actor.sight) as session:
        person = users.user(session, actor, user_id)
        facts = _facts(session, screen, person)
    shown = person.model_dump() | {"hourly_rate": "" if person.hourly_rate is None else f"{person.hourly_rate:f}"}
    return screen.show(
        "users/person.html", 422 if faults else 200, person=person, faults=faults or {}, form=form or shown,
        languages=languages(person.language), zones=time_zones(person.time_zone), **facts,
    )  # fmt: skip


def _facts(session: Session, screen: Screen, person: PersonView) -> dict[str, Any]:
    """Return what belongs to a person, each to those who may see it."""
    facts: dict[str, Any] = {"work": None, "sessions": (), "skills": (), "roles": role_names(screen, session)}
    if screen.may(Permission.WORK_ORDERS_READ):
        asked = WorkOrderFilters(assignee_id=person.id, state=tuple(sorted(OPEN)), limit=_SHOWN_WORK)
        facts["work"] = views.work_orders(session, asked, person.id)
    if screen.may(Permission.USERS_EDIT):
        facts["sessions"] = users.sessions_of(session, person.id)
    if screen.may(Permission.TEAMS_EDIT):
        facts["skills"] = skills.skills(session, SkillFilters(active=True, limit=200)).items
    facts["teams"] = teams.teams(session, TeamFilters(limit=200)).items if person.teams else ()
    return facts
