"""Where the link of an invitation leads: somebody invited chooses a name and a password, and is in."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, SecretStr, ValidationError

from api.pages.access.door import FORM, NONE_YET, Mistake, at_door, mistake, not_as_described
from api.pages.frame.routing import pages
from api.pages.frame.screen import open_screen
from api.pages.frame.words import marked
from api.routes.access.invitations import accept_invitation
from api.routes.access.log_in import LIMITED
from models.messages.credentials import Acceptance
from models.records.access.invitations import tenant_inviting
from models.records.refusals import InvitationRefused, NoSeatLeft, Taken, WeakSecret

router = pages("access")
_TAKEN = marked("Somebody here has this user name, or the e-mail address of this invitation. Choose another user name.")
_FULL = marked("All seats of this factory are taken. Tell whoever invited you; your invitation stays good.")


class AcceptanceForm(BaseModel):
    """What the page of an invitation sends."""

    username: str = ""
    display_name: str = ""
    password: SecretStr = SecretStr("")


@router.get("/invitations/{token}", dependencies=LIMITED)
def get_invitation(request: Request, token: str) -> HTMLResponse:
    """Ask somebody who was invited for what they choose themselves."""
    try:
        return _page(request, token, AcceptanceForm())
    except InvitationRefused:
        return _over(request)


@router.post("/invitations/{token}", dependencies=FORM)
def post_invitation(request: Request, token: str, form: Annotated[AcceptanceForm, Form()]) -> Response:
    """Make the person, begin their session in this browser, and lead to where they begin."""
    answer = RedirectResponse("/", 303)
    try:
        asked = Acceptance(
            token=SecretStr(token), username=form.username.strip(), display_name=form.display_name,
            password=form.password, cookie=True,
        )  # fmt: skip
        accept_invitation(asked, request, answer)
    except InvitationRefused:
        return _over(request)
    except ValidationError as fault:
        return _again(request, token, form, not_as_described(fault))
    except WeakSecret as refusal:
        return _again(request, token, form, mistake(str(refusal), "password"))
    except Taken:
        return _again(request, token, form, mistake(_TAKEN, "username", status=409))
    except NoSeatLeft:
        return _again(request, token, form, mistake(_FULL, "username", status=409))
    return answer


def _again(request: Request, token: str, form: AcceptanceForm, made: Mistake) -> HTMLResponse:
    """Return the form with what was typed, but for the password; meanwhile the invitation may have ended."""
    try:
        return _page(request, token, form, made)
    except InvitationRefused:
        return _over(request)


def _page(request: Request, token: str, form: AcceptanceForm, made: Mistake = NONE_YET) -> HTMLResponse:
    screen = open_screen(request, tenant_inviting(token))
    return screen.show("access/invitation.html", made.status, form=form, made=made, action=request.url.path)


def _over(request: Request) -> HTMLResponse:
    return at_door(request).show("access/invitation_over.html", 410)
