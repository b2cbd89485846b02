"""Roles: the grid of who may do what, and roles of the factory's own made by ticking."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.deps import MayEditRoles, SignedIn
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.roles.vocabulary import by_module
from api.pages.users.role_names import role_names
from api.routes.access import roles as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.roles import RoleDraft, RoleView
from models.records.access import roles

router = pages("roles")
_MADE = marked("The role is made. Give it to people on their pages.")
_SAVED = marked("Saved. Whoever has this role is bound by it from the next click on.")
_DELETED = marked("The role is deleted.")


class RoleForm(ActForm):
    """A role as the form sends it; `permissions` are the boxes that are ticked."""

    version: int = 0
    name: str = ""
    title: str = ""
    permissions: list[str] = Field(default_factory=list, max_length=500)


class DeletionForm(BaseModel):
    """Which version of a role somebody has seen."""

    version: int


@router.get("/roles")
def show_roles(screen: TheScreen, actor: SignedIn) -> HTMLResponse:
    """Show every role and permission as a grid."""
    with read(actor.sight) as session:
        every = roles.roles(session).items
        modules = by_module(roles.matrix(session).permissions)
        names = role_names(screen, session)
    return screen.show("roles/grid.html", roles=every, names=names, modules=modules)


@router.get("/roles/new")
def get_new_role(
    screen: TheScreen, actor: MayEditRoles, like: Annotated[str, Query(alias="from", max_length=64)] = ""
) -> HTMLResponse:
    """Show the form of a new role, ticked like another one."""
    with read(actor.sight) as session:
        same = next((role for role in roles.roles(session).items if role.name == like), None)
    return _page(screen, actor, None, {"permissions": same.permissions if same else ()}, {})


@router.get("/roles/{role_id}")
def get_role(screen: TheScreen, role_id: UUID, actor: SignedIn) -> HTMLResponse:
    """Show one of the factory's own roles."""
    with read(actor.sight) as session:
        role = roles.role(session, role_id)
    return _page(screen, actor, role, role.model_dump() | {"version": role.row_version}, {})


@router.post("/roles")
def post_role(request: Request, screen: TheScreen, actor: MayEditRoles, form: Annotated[RoleForm, Form()]) -> Response:
    """Make a role once."""
    try:
        draft = checked(RoleDraft, form.model_dump(include={"name", "title", "permissions"}))
        json.loads(bytes(api.create_role(draft, actor, OnceRunner(request, actor, form.key)).body))
    except WRONG as fault:
        return _page(screen, actor, None, form.model_dump(), faults_of(screen, fault, "name"))
    return screen.go("/roles", said=screen.words(_MADE))


@router.post("/roles/{role_id}")
def post_role_change(
    screen: TheScreen, role_id: UUID, actor: MayEditRoles, form: Annotated[RoleForm, Form()]
) -> Response:
    """Change what a role is called and allows."""
    with read(actor.sight) as session:
        role = roles.role(session, role_id)
    try:
        draft = checked(RoleDraft, form.model_dump(include={"title", "permissions"}) | {"name": role.name})
        api.put_role(role_id, draft, Response(), actor, form.version)
    except WRONG as fault:
        return _page(screen, actor, role, form.model_dump(), faults_of(screen, fault))
    return screen.go("/roles", said=screen.words(_SAVED))


@router.post("/roles/{role_id}/delete")
def post_role_deletion(
    screen: TheScreen, role_id: UUID, actor: MayEditRoles, form: Annotated[DeletionForm, Form()]
) -> RedirectResponse:
    """Take a role away that nobody has."""
    return tried(screen, "/roles", lambda: api.delete_role(role_id, actor, form.version), _DELETED)


def _page(
    screen: Screen, actor: Actor, role: RoleView | None, form: dict[str, Any], faults: dict[str, str]
) -> HTMLResponse:
    with read(actor.sight) as session:
        modules = by_module(roles.matrix(session).permissions)
        every = role_names(screen, session)
    return screen.show(
        "roles/role.html", 422 if faults else 200, role=role, form=form, faults=faults, modules=modules, roles=every
    )
