"""API keys: the list, a new one for oneself or for a machine, shown once; renewed and revoked."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from api.deps import MayEditKeys
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.roles.vocabulary import by_module
from api.pages.users.role_names import role_names
from api.routes.access import keys as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.api_keys import KeyDraft, KeyFilters, KeyMade
from models.records.access import keys, roles
from models.rules.access import Permission

router = pages("keys")
_REVOKED = marked("The key is revoked; it stopped working at once.")


class KeyForm(ActForm):
    """A new key as the form sends it; a machine's user name makes its account together with it."""

    name: str = ""
    scopes: list[str] = Field(default_factory=list, max_length=500)
    expires_at: str = ""
    per_minute: str = "600"
    machine: str = ""
    machine_name: str = ""
    machine_role: str = ""


@router.get("/keys")
def list_keys(
    screen: TheScreen, actor: MayEditKeys, filters: Annotated[KeyFilters, Depends(filters_of(KeyFilters))]
) -> HTMLResponse:
    """Show one page of keys: one's own, or everybody's for who may edit users."""
    with read(actor.sight) as session:
        found = keys.keys(session, actor, filters)
    return screen.show("keys/list.html", found=found, filters=filters)


@router.get("/keys/new")
def get_new_key(screen: TheScreen, actor: MayEditKeys) -> HTMLResponse:
    """Show the form of a new key."""
    return _page(screen, actor, {"per_minute": "600"}, {})


@router.post("/keys")
def post_key(request: Request, screen: TheScreen, actor: MayEditKeys, form: Annotated[KeyForm, Form()]) -> Response:
    """Make a key once, and show it this once."""
    try:
        draft = checked(KeyDraft, _wanted(screen, form))
        answer = api.create_key(draft, actor, OnceRunner(request, actor, form.key))
    except WRONG as fault:
        return _page(screen, actor, form.model_dump(), _fields(faults_of(screen, fault)))
    return screen.show("keys/made.html", made=KeyMade.model_validate(json.loads(bytes(answer.body))))


def _wanted(screen: Screen, form: KeyForm) -> dict[str, Any]:
    """Return the fields that were filled in; the day it expires on begins where the person is."""
    wanted: dict[str, Any] = {"name": form.name, "scopes": form.scopes, "per_minute": form.per_minute or "600"}
    if form.expires_at:
        try:
            wanted["expires_at"] = datetime.fromisoformat(form.expires_at).replace(tzinfo=screen.formats.zone)
        except ValueError:
            wanted["expires_at"] = form.expires_at
    if form.machine:
        name = form.machine_name or form.machine
        wanted["service_account"] = {"username": form.machine, "name": name, "role": form.machine_role}
    return wanted


def _fields(faults: dict[str, str]) -> dict[str, str]:
    """Return the faults by the form's own fields: those of an account stand beside the machine's name."""
    places = {"service_account": "machine", "role": "machine_role"}
    return {places.get(name, name): words for name, words in faults.items()}


@router.post("/keys/{key_id}/rotate")
def post_key_rotation(
    request: Request, screen: TheScreen, key_id: UUID, actor: MayEditKeys, form: Annotated[ActForm, Form()]
) -> Response:
    """Give a key a new secret, and show it this once."""
    try:
        answer = api.rotate_key(key_id, actor, OnceRunner(request, actor, form.key))
    except WRONG as fault:
        return screen.go("/keys", said=" ".join(faults_of(screen, fault).values()), kind="bad")
    return screen.show("keys/made.html", made=KeyMade.model_validate(json.loads(bytes(answer.body))))


@router.post("/keys/{key_id}/revoke")
def post_key_revocation(screen: TheScreen, key_id: UUID, actor: MayEditKeys) -> RedirectResponse:
    """End a key at once and for ever."""
    return tried(screen, "/keys", lambda: api.revoke_key(key_id, actor), _REVOKED)


def _page(screen: Screen, actor: Actor, form: dict[str, Any], faults: dict[str, str]) -> HTMLResponse:
    """Return the form; to tick there is what its maker may do themselves."""
    with read(actor.sight) as session:
        vocabulary = roles.matrix(session).permissions
        names = role_names(screen, session) if actor.may(Permission.USERS_EDIT) else {}
    own = [one.model_copy(update={"only_administrators": False}) for one in vocabulary if one.name in actor.permissions]
    return screen.show(
        "keys/new.html", 422 if faults else 200, form=form, faults=faults, modules=by_module(own), roles=names
    )
