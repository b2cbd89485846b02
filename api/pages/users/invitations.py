"""Invitations: whom to invite as what, and those that are open, accepted or over."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import MayEditUsers
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.users.role_names import role_names
from api.routes.access.invitations import create_invitation, revoke_invitation
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.invitations import InvitationDraft, InvitationFilters
from models.records.access import invitations

router = pages("users")
_PAGE = "/users/invitations"
_SENT = marked("An invitation is on its way to %(email)s. Its link is good for seven days and one person.")
_WITHDRAWN = marked("The invitation is withdrawn; its link opens nothing any more.")


class InvitationForm(ActForm):
    """Whom to invite, as what."""

    email: str = ""
    role: str = ""


@router.get(_PAGE)
def list_invitations(
    screen: TheScreen,
    actor: MayEditUsers,
    filters: Annotated[InvitationFilters, Depends(filters_of(InvitationFilters))],
) -> HTMLResponse:
    """Show invitations, and the form of a new one."""
    return _page(screen, actor, filters, {"role": "technician"}, {})


@router.post(_PAGE)
def post_invitation(
    request: Request, screen: TheScreen, actor: MayEditUsers, form: Annotated[InvitationForm, Form()]
) -> Response:
    """Invite somebody by mail; sent once more it replaces the link sent before."""
    given = form.model_dump(include={"email", "role"})
    try:
        create_invitation(checked(InvitationDraft, given), actor, OnceRunner(request, actor, form.key))
    except WRONG as fault:
        return _page(screen, actor, InvitationFilters(), given, faults_of(screen, fault, "email"), status=422)
    return screen.go(_PAGE, said=screen.words(_SENT, email=form.email))


@router.post(_PAGE + "/{invitation_id}/withdraw")
def post_withdrawal(screen: TheScreen, invitation_id: UUID, actor: MayEditUsers) -> RedirectResponse:
    """Make an invitation's link worthless."""
    return tried(screen, _PAGE, lambda: revoke_invitation(invitation_id, actor), _WITHDRAWN)


def _page(  # noqa: PLR0913 - a form that came back has this many parts
    screen: Screen, actor: Actor, filters: InvitationFilters, form: dict[str, Any], faults: dict[str, str],
    *, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    with read(actor.sight) as session:
        found = invitations.invitations(session, filters)
        every = role_names(screen, session)
    return screen.show(
        "users/invitations.html", status, found=found, filters=filters, form=form, faults=faults, roles=every
    )
