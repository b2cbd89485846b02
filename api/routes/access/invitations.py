from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.deps import MayEditUsers
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routes.access.log_in import LIMITED, answered, come_in
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.access import LoggedIn
from models.messages.credentials import Acceptance
from models.messages.invitations import InvitationDraft, InvitationFilters, InvitationView
from models.messages.paging import Page
from models.records.access import invitations as records
from models.records.access.joining import check_password
from models.records.access.passwords import hash_password

router = feature("invitations")


@router.get("/invitations", summary="List invitations", responses=documented("bad-cursor"))
def list_invitations(
    request: Request, response: Response, actor: MayEditUsers, filters: Annotated[InvitationFilters, Query()]
) -> Page[InvitationView]:
    """Return one page of invitations, newest first; `q` searches the address."""
    with read(actor.sight) as session:
        return linked(request, response, records.invitations(session, filters))


@router.post(
    "/invitations", status_code=201, summary="Invite somebody", response_model=InvitationView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_invitation(draft: InvitationDraft, actor: MayEditUsers, once: Once) -> Response:
    """Mail somebody a link by which they become a user, good for seven days; it replaces an open one to the address."""
    return once(draft, lambda session: records.invite(session, actor, draft), status=201, location="/invitations")


@router.delete(
    "/invitations/{invitation_id}", summary="Revoke an invitation", responses=documented("not-found", "conflict")
)
def revoke_invitation(invitation_id: UUID, actor: MayEditUsers) -> InvitationView:
    """Make the link worthless. To revoke twice is to revoke once."""
    with begin(actor.sight) as session:
        return records.revoke(session, actor, invitation_id)


@router.post(
    "/auth/invitations/accept", summary="Accept an invitation", dependencies=LIMITED, status_code=201,
    responses=documented("invitation-refused", "already-exists", "no-seat-left", "weak-secret", "too-many-requests"),
)  # fmt: skip
def accept_invitation(asked: Acceptance, request: Request, response: Response) -> LoggedIn:
    """Become a user of the factory that sent the link, and be logged in. The link works once."""
    token, password = asked.token.get_secret_value(), asked.password.get_secret_value()
    tenant_id = records.tenant_inviting(token)
    check_password(password, asked.username)
    hashed = hash_password(password)
    with begin(tenant_id) as session:
        person = records.accept(
            session, token, username=asked.username, display_name=asked.display_name, password_hash=hashed
        )
        opened = come_in(session, person, cookie=asked.cookie)
    return answered(request, response, opened, cookie=asked.cookie)
