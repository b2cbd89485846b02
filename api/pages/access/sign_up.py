"""A new factory signs up, and its first administrator is in."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, SecretStr, ValidationError

from api.deps import PUBLIC
from api.pages.access.door import FORM, NONE_YET, Mistake, mistake, not_as_described
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, open_screen
from api.pages.frame.words import marked
from api.routes.access.sign_up import refuse_if_closed, register
from models.connections.links import home
from models.messages.credentials import SignUp
from models.records.refusals import SignUpClosed, Taken, Unfit, WeakSecret

router = pages("access")
_CLOSED = marked("Sign-up is closed: this installation serves one factory. Ask an administrator for an invitation.")
_TAKEN = marked("Another factory has this short name. Choose another one.")
_UNFIT = marked("A short name has 3 to 40 letters a-z, digits and hyphens, and some words are reserved.")
_DONE = marked("Your factory is set up. Its address is %(address)s.")


class SignUpForm(BaseModel):
    """What the sign-up page sends."""

    factory: str = ""
    slug: str = ""
    username: str = ""
    display_name: str = ""
    email: str = ""
    password: SecretStr = SecretStr("")


@router.get("/sign-up", dependencies=[PUBLIC])
def get_sign_up(request: Request) -> Response:
    """Ask for a factory's name and its first administrator; where sign-up is closed, lead to the door."""
    screen = open_screen(request, None)
    try:
        refuse_if_closed()
    except SignUpClosed:
        return screen.go("/login", said=screen.words(_CLOSED), kind="warn")
    return _page(screen, SignUpForm())


@router.post("/sign-up", dependencies=FORM)
def post_sign_up(request: Request, form: Annotated[SignUpForm, Form()]) -> Response:
    """Make the factory and its administrator, begin their session in this browser, and say where they live now."""
    screen = open_screen(request, None)
    try:
        asked = SignUp(
            factory=form.factory, slug=form.slug.strip(), username=form.username.strip(), email=form.email.strip(),
            display_name=form.display_name, password=form.password, cookie=True,
        )  # fmt: skip
        answer = screen.go("/", said=screen.words(_DONE, address=home(asked.slug)))
        register(asked, request, answer)
    except SignUpClosed:
        return screen.go("/login", said=screen.words(_CLOSED), kind="warn")
    except ValidationError as fault:
        return _page(screen, form, not_as_described(fault))
    except WeakSecret as refusal:
        return _page(screen, form, mistake(str(refusal), "password"))
    except Unfit:
        return _page(screen, form, mistake(_UNFIT, "slug"))
    except Taken:
        return _page(screen, form, mistake(_TAKEN, "slug", status=409))
    return answer


def _page(screen: Screen, form: SignUpForm, made: Mistake = NONE_YET) -> HTMLResponse:
    return screen.show("access/sign_up.html", made.status, form=form, made=made)
