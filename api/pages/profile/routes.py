"""Oneself: name, language and time zone, password, PIN, and where one is logged in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, SecretStr

from api.in_person import InPerson
from api.limits import credentials_limited
from api.pages.frame.asking import checked
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.places import languages, time_zones
from api.pages.frame.routing import pages
from api.pages.frame.screen import LANGUAGE_COOKIE, Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.access import log_in, own_password, pins, profile
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.credentials import OwnPinDraft, PasswordChange
from models.messages.people import ProfileDraft
from models.records.access import sessions, users

router = pages("profile")
_LIMITED = [Depends(credentials_limited)]
_SAVED = marked("Saved.")
_PASSWORD_SET = marked("Your new password is set; you are logged out everywhere else.")
_PIN_SET = marked("Your PIN is set.")
_ENDED = marked("That session is ended.")


class ProfileForm(BaseModel):
    """What people say of themselves, as the form sends it."""

    version: int
    display_name: str = ""
    email: str = ""
    language: str = ""
    time_zone: str = ""


class PasswordForm(BaseModel):
    """The password of now and the one to come."""

    old_password: SecretStr = SecretStr("")
    new_password: SecretStr = SecretStr("")


class OwnPinForm(BaseModel):
    """A new PIN, and the password of who sets it."""

    password: SecretStr = SecretStr("")
    pin: SecretStr = SecretStr("")


@router.get("/me")
def get_me(screen: TheScreen, actor: InPerson) -> HTMLResponse:
    """Show oneself."""
    return _page(screen, actor)


@router.post("/me")
def post_me(screen: TheScreen, actor: InPerson, form: Annotated[ProfileForm, Form()]) -> Response:
    """Change what people say of themselves; the language chosen here shows at once."""
    given = form.model_dump(exclude={"version"})
    try:
        draft = checked(ProfileDraft, {name: value for name, value in given.items() if value})
        profile.put_profile(draft, Response(), actor, form.version)
    except WRONG as fault:
        return _page(screen, actor, given | {"row_version": form.version}, faults_of(screen, fault))
    answer = screen.go("/me", said=screen.words(_SAVED))
    answer.delete_cookie(LANGUAGE_COOKIE)
    return answer


@router.post("/me/password", dependencies=_LIMITED)
def post_password(screen: TheScreen, actor: InPerson, form: Annotated[PasswordForm, Form()]) -> Response:
    """Replace one's password."""
    given = {name: getattr(form, name).get_secret_value() for name in PasswordForm.model_fields}
    try:
        own_password.put_password(checked(PasswordChange, given), actor)
    except WRONG as fault:
        return _page(screen, actor, faults=faults_of(screen, fault, "old_password"))
    return screen.go("/me", said=screen.words(_PASSWORD_SET))


@router.post("/me/pin", dependencies=_LIMITED)
def post_own_pin(screen: TheScreen, actor: InPerson, form: Annotated[OwnPinForm, Form()]) -> Response:
    """Set one's own PIN."""
    given = {name: getattr(form, name).get_secret_value() for name in OwnPinForm.model_fields}
    try:
        pins.put_pin(checked(OwnPinDraft, given), actor)
    except WRONG as fault:
        return _page(screen, actor, faults=faults_of(screen, fault, "password"))
    return screen.go("/me", said=screen.words(_PIN_SET))


@router.post("/me/sessions/{session_id}/end")
def post_session_end(screen: TheScreen, session_id: UUID, actor: InPerson) -> RedirectResponse:
    """End one of one's own sessions."""
    return tried(screen, "/me", lambda: log_in.end_session(session_id, actor), _ENDED)


@router.post("/me/log-out-everywhere")
def post_log_out_everywhere(request: Request, actor: InPerson) -> RedirectResponse:
    """End every session of one's own, this one included."""
    answer = RedirectResponse("/login", 303)
    log_in.log_out_everywhere(actor, request, answer)
    return answer


def _page(
    screen: Screen, actor: Actor, form: dict[str, Any] | None = None, faults: dict[str, str] | None = None
) -> HTMLResponse:
    with read(actor.sight) as session:
        me = users.profile(session, actor)
        has_pin = users.user(session, actor, actor.user_id).has_pin
        here = sessions.open_sessions(session, actor.user_id, actor.session_id)
    return screen.show(
        "profile/me.html", 422 if faults else 200, me=me, has_pin=has_pin, sessions=here, ends=True,
        form=form or me.model_dump(), faults=faults or {}, languages=languages(me.language),
        zones=time_zones(me.time_zone),
    )  # fmt: skip
