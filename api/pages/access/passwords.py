"""A forgotten password: ask for a code by mail, then set a new one with it."""

from typing import Annotated

from fastapi import BackgroundTasks, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, SecretStr, ValidationError

from api.deps import PUBLIC
from api.pages.access.door import FORM, NONE_YET, Mistake, asks_factory, at_door, mistake, not_as_described
from api.pages.frame.routing import pages
from api.pages.frame.words import marked
from api.routes.access.own_password import mail_code_later, reset_password
from models.messages.credentials import ForgottenPassword, PasswordReset
from models.records.refusals import ResetRefused, WeakSecret

router = pages("access")
_DONE = marked("Your new password is set. Log in with it.")
_REFUSED = marked(
    "This code is not valid: it is wrong, was used or tried too often, is older than ten minutes, or a newer one was "
    "sent."
)


class PasswordForm(BaseModel):
    """What the pages of a forgotten password send: the first a name, the second all of it."""

    tenant: str = ""
    username: str = ""
    code: SecretStr = SecretStr("")
    new_password: SecretStr = SecretStr("")


@router.get("/password/forgot", dependencies=[PUBLIC])
def get_forgot_password(request: Request) -> HTMLResponse:
    """Ask whose password was forgotten."""
    return _page(request, "access/forgot.html", PasswordForm())


@router.post("/password/forgot", dependencies=FORM)
def post_forgot_password(
    request: Request, form: Annotated[PasswordForm, Form()], later: BackgroundTasks
) -> HTMLResponse:
    """Mail the code after the answer has left, and ask for it: the same page whether anybody bears the name."""
    try:
        asked = ForgottenPassword(tenant=form.tenant or None, username=form.username)
    except ValidationError as fault:
        return _page(request, "access/forgot.html", form, not_as_described(fault))
    mail_code_later(asked, request, later)
    return _page(request, "access/reset.html", form, sent=True)


@router.get("/password/reset", dependencies=[PUBLIC])
def get_reset_password(request: Request) -> HTMLResponse:
    """Ask for the code that came by mail, and the new password."""
    return _page(request, "access/reset.html", PasswordForm())


@router.post("/password/reset", dependencies=FORM)
def post_reset_password(request: Request, form: Annotated[PasswordForm, Form()]) -> Response:
    """Set the new password, then lead to the log-in page."""
    try:
        asked = PasswordReset(
            tenant=form.tenant or None, username=form.username, code=form.code, new_password=form.new_password
        )
        reset_password(asked, request)
    except ValidationError as fault:
        return _page(request, "access/reset.html", form, not_as_described(fault))
    except WeakSecret as refusal:
        return _page(request, "access/reset.html", form, mistake(str(refusal), "new_password"))
    except ResetRefused:
        return _page(request, "access/reset.html", form, mistake(_REFUSED, "code", status=403))
    screen = at_door(request)
    return screen.go("/login", said=screen.words(_DONE))


def _page(
    request: Request, template: str, form: PasswordForm, made: Mistake = NONE_YET, *, sent: bool = False
) -> HTMLResponse:
    """Return a page of the factory whose address was called: one that a form names is not looked up for it."""
    screen, status = at_door(request), 202 if sent else made.status
    return screen.show(template, status, form=form, made=made, asks_factory=asks_factory(screen), sent=sent)
