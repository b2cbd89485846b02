"""What administrators do to a person: change, put out, let back in, help with what lets them in, forget."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, SecretStr

from api.deps import MayEditUsers
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from api.pages.users.routes import person_page
from api.routes.access import own_second_factor, pins
from api.routes.access import users as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.credentials import PinDraft
from models.messages.people import PersonChange, PersonView
from models.records.access import users

router = pages("users")
_SAVED = marked("Saved.")
_OUT = marked("Deactivated: logged out everywhere, API keys revoked, open work given back to others.")
_BACK = marked("Active again, and may log in.")
_ERASED = marked("The person is erased. What they did stays, under an id that tells nobody's name.")
_NOT_TYPED = marked("Type the user name exactly as it is shown, to confirm.")
_LOGGED_OUT = marked("Logged out everywhere.")
_PIN_SET = marked("The PIN is set.")
_PIN_CLEARED = marked("The PIN is cleared.")
_FACTOR_GONE = marked("The second factor is taken away; sessions are ended.")


class PersonForm(BaseModel):
    """All that can be changed of a person, as the form sends it."""

    version: int
    display_name: str = ""
    email: str = ""
    role: str = ""
    hourly_rate: str = ""
    language: str = ""
    time_zone: str = ""


class VersionForm(BaseModel):
    """Which version of a person somebody has seen."""

    version: int


class ErasureForm(ActForm):
    """The user name once more, by hand."""

    typed: str = ""


class PinForm(BaseModel):
    """A new PIN."""

    pin: SecretStr = SecretStr("")


def _page(user_id: UUID) -> str:
    return f"/users/{user_id}"


@router.post("/users/{user_id}")
def post_person(screen: TheScreen, user_id: UUID, actor: MayEditUsers, form: Annotated[PersonForm, Form()]) -> Response:
    """Change a person."""
    given = form.model_dump(exclude={"version"})
    with read(actor.sight) as session:
        active = users.user(session, actor, user_id).active
    try:
        draft = checked(PersonChange, {name: value for name, value in given.items() if value} | {"active": active})
        api.put_user(user_id, draft, Response(), actor, form.version)
    except WRONG as fault:
        return person_page(screen, user_id, actor, given | {"row_version": form.version}, faults_of(screen, fault))
    return screen.go(_page(user_id), said=screen.words(_SAVED))


@router.post("/users/{user_id}/deactivate")
def post_deactivation(
    screen: TheScreen, user_id: UUID, actor: MayEditUsers, form: Annotated[VersionForm, Form()]
) -> RedirectResponse:
    """Put a person out."""
    return tried(screen, _page(user_id), lambda: api.deactivate_user(user_id, Response(), actor, form.version), _OUT)


@router.post("/users/{user_id}/reactivate")
def post_reactivation(
    screen: TheScreen, user_id: UUID, actor: MayEditUsers, form: Annotated[VersionForm, Form()]
) -> RedirectResponse:
    """Let a person in again."""
    return tried(screen, _page(user_id), lambda: _reactivated(actor, user_id, form.version), _BACK)


def _reactivated(actor: Actor, user_id: UUID, version: int) -> PersonView:
    with read(actor.sight) as session:
        person = users.user(session, actor, user_id)
    draft = PersonChange(**{name: getattr(person, name) for name in PersonChange.model_fields} | {"active": True})
    return api.put_user(user_id, draft, Response(), actor, version)


@router.post("/users/{user_id}/erase")
def post_erasure(
    request: Request, screen: TheScreen, user_id: UUID, actor: MayEditUsers, form: Annotated[ErasureForm, Form()]
) -> RedirectResponse:
    """Forget who a person was, where their user name was typed by hand."""
    with read(actor.sight) as session:
        person = users.user(session, actor, user_id)
    if form.typed.strip().lower() != person.username:
        return screen.go(_page(user_id), said=screen.words(_NOT_TYPED), kind="bad")
    return tried(
        screen, _page(user_id), lambda: api.erase_user(user_id, actor, OnceRunner(request, actor, form.key)), _ERASED
    )


@router.post("/users/{user_id}/log-out")
def post_log_out_of(screen: TheScreen, user_id: UUID, actor: MayEditUsers) -> RedirectResponse:
    """Log a person out everywhere."""
    return tried(screen, _page(user_id), lambda: api.end_user_sessions(user_id, actor), _LOGGED_OUT)


@router.post("/users/{user_id}/pin")
def post_pin(
    screen: TheScreen, user_id: UUID, actor: MayEditUsers, form: Annotated[PinForm, Form()]
) -> RedirectResponse:
    """Set a person's PIN; left empty, clear it."""
    if not form.pin.get_secret_value():
        return tried(screen, _page(user_id), lambda: pins.clear_pin_of(user_id, actor), _PIN_CLEARED)
    return tried(
        screen, _page(user_id), lambda: pins.put_pin_of(user_id, checked(PinDraft, form.model_dump()), actor), _PIN_SET
    )


@router.post("/users/{user_id}/second-factor")
def post_second_factor_reset(screen: TheScreen, user_id: UUID, actor: MayEditUsers) -> RedirectResponse:
    """Take a person's second factor away, who lost device and codes."""
    return tried(screen, _page(user_id), lambda: own_second_factor.reset_second_factor(user_id, actor), _FACTOR_GONE)
