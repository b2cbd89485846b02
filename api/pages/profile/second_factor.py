"""One's own second factor: set up by a picture, confirmed by its first code, taken away; recovery codes shown once."""

from typing import Annotated

import segno
from fastapi import Depends, Form, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel, Field, SecretStr

from api.in_person import InPerson
from api.limits import credentials_limited
from api.pages.frame.asking import checked
from api.pages.frame.faults import WRONG, faults_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.access import own_second_factor as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.credentials import Confirmation, PasswordAgain, PasswordAndCode, SecondFactorStarted
from models.records.access import users

router = pages("profile")
_PAGE = "/me/second-factor"
_LIMITED = [Depends(credentials_limited)]
_SCHEME = "otpauth://totp/"
_GONE = marked("The second factor is taken away: your password alone lets you in.")


class FactorForm(BaseModel):
    """What the pages of the second factor send; what was shown is sent along, to be shown again after a wrong code."""

    password: SecretStr = SecretStr("")
    code: SecretStr = SecretStr("")
    uri: str = Field("", max_length=1000)
    secret: str = Field("", max_length=100)


@router.get(_PAGE)
def get_second_factor(screen: TheScreen, actor: InPerson) -> HTMLResponse:
    """Show whether there is a second factor, and what can be done about it."""
    return _page(screen, actor, {})


@router.post(_PAGE, dependencies=_LIMITED)
def post_start(screen: TheScreen, actor: InPerson, form: Annotated[FactorForm, Form()]) -> HTMLResponse:
    """Show the picture for the authenticator app, and ask for its first code."""
    try:
        asked = checked(PasswordAgain, {"password": form.password.get_secret_value()})
        return _picture(screen, api.start_second_factor(asked, actor, Response()), {})
    except WRONG as fault:
        return _page(screen, actor, faults_of(screen, fault, "password"))


@router.post(_PAGE + "/confirm", dependencies=_LIMITED)
def post_confirmation(screen: TheScreen, actor: InPerson, form: Annotated[FactorForm, Form()]) -> HTMLResponse:
    """Turn the second factor on, and show its recovery codes this once."""
    try:
        made = api.confirm_second_factor(
            checked(Confirmation, {"code": form.code.get_secret_value()}), actor, Response()
        )
    except WRONG as fault:
        faults = faults_of(screen, fault, "code")
        if not form.uri.startswith(_SCHEME):
            return _page(screen, actor, {"": next(iter(faults.values()))})
        return _picture(screen, SecondFactorStarted(secret=form.secret, uri=form.uri), faults)
    return screen.show("profile/recovery_codes.html", codes=made.recovery_codes)


@router.post(_PAGE + "/codes", dependencies=_LIMITED)
def post_new_codes(screen: TheScreen, actor: InPerson, form: Annotated[FactorForm, Form()]) -> HTMLResponse:
    """Replace the recovery codes, and show the new ones this once."""
    try:
        made = api.renew_recovery_codes(_proof(form), actor, Response())
    except WRONG as fault:
        return _page(screen, actor, faults_of(screen, fault))
    return screen.show("profile/recovery_codes.html", codes=made.recovery_codes)


@router.post(_PAGE + "/remove", dependencies=_LIMITED)
def post_removal(screen: TheScreen, actor: InPerson, form: Annotated[FactorForm, Form()]) -> Response:
    """Take the second factor away."""
    try:
        api.remove_second_factor(_proof(form), actor)
    except WRONG as fault:
        return _page(screen, actor, faults_of(screen, fault))
    return screen.go("/me", said=screen.words(_GONE))


def _proof(form: FactorForm) -> PasswordAndCode:
    return checked(
        PasswordAndCode, {"password": form.password.get_secret_value(), "code": form.code.get_secret_value()}
    )


def _picture(screen: Screen, started: SecondFactorStarted, faults: dict[str, str]) -> HTMLResponse:
    """Return the page with the picture; drawn here, so that the seed never leaves this server."""
    drawn = segno.make(started.uri, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    groups = " ".join(started.secret[place : place + 4] for place in range(0, len(started.secret), 4))
    return screen.show(
        "profile/set_up.html", 422 if faults else 200, started=started, groups=groups, faults=faults,
        picture=Markup(drawn),  # noqa: S704 - modules drawn by segno, no text of anybody
    )  # fmt: skip


def _page(screen: Screen, actor: Actor, faults: dict[str, str]) -> HTMLResponse:
    with read(actor.sight) as session:
        me = users.profile(session, actor)
    return screen.show("profile/second_factor.html", 422 if faults else 200, me=me, faults=faults, form={})
