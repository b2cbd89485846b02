"""Invitations: a link by mail, good for seven days and one person."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select, text
from sqlmodel import Session, col

from models.connections.links import home
from models.connections.postgres import read
from models.connections.secrets import digest, same
from models.messages.access import Actor
from models.messages.invitations import InvitationDraft, InvitationFilters, InvitationView, State
from models.messages.mail import InvitationLetter
from models.messages.paging import Page
from models.records import audit, mail
from models.records.access.addressed import address_of, new_token
from models.records.access.joining import join
from models.records.access.log_in import Person
from models.records.access.roles import check_role
from models.records.paging import Listing, page
from models.records.refusals import Conflict, InvitationRefused, Taken, found
from models.tables.access.credentials import Invitation
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.tenants import Tenant

_LIFE = timedelta(days=7)
_LISTING = Listing("invitations", Invitation.id, {"created_at": Invitation.created_at}, (Invitation.email,))
_REVOKE_OPEN = text("""
    UPDATE invitations SET revoked_at = now() WHERE email = :email AND accepted_at IS NULL AND revoked_at IS NULL
""")


def _state(row: Invitation, now: datetime) -> State:
    if row.accepted_at is not None:
        return "accepted"
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.expires_at > now else "expired"


def _in_state(state: State, now: datetime) -> ColumnElement[bool]:
    accepted, revoked = col(Invitation.accepted_at), col(Invitation.revoked_at)
    if state == "accepted":
        return accepted.is_not(None)
    if state == "revoked":
        return revoked.is_not(None)
    alive = col(Invitation.expires_at) > now if state == "open" else col(Invitation.expires_at) <= now
    return and_(accepted.is_(None), revoked.is_(None), alive)


def _view(row: Invitation) -> InvitationView:
    return InvitationView(
        id=row.id, email=row.email, role=row.role, state=_state(row, utc_now()), invited_by=row.invited_by,
        created_at=row.created_at, expires_at=row.expires_at, accepted_by=row.accepted_by,
    )  # fmt: skip


def invitations(session: Session, filters: InvitationFilters) -> Page[InvitationView]:
    """Return one page of invitations."""
    statement = select(Invitation)
    if filters.state is not None:
        statement = statement.where(_in_state(filters.state, utc_now()))

    def shown(row: Row[Any]) -> InvitationView:
        return _view(row.Invitation)

    return page(session, statement, _LISTING, filters, shown)


def invite(session: Session, actor: Actor, draft: InvitationDraft) -> InvitationView:
    """Write the invitation and its mail; an open one to the same address is replaced. Raises Taken and Unfit."""
    if session.scalars(select(col(User.id)).where(col(User.email) == draft.email)).first():
        raise Taken("user", draft.email)
    check_role(session, draft.role)
    session.execute(_REVOKE_OPEN, {"email": draft.email})
    row = Invitation(
        tenant_id=actor.tenant_id, email=draft.email, role=draft.role, token_hash="", invited_by=actor.user_id,
        expires_at=utc_now() + _LIFE,
    )  # fmt: skip
    token = new_token(actor.tenant_id, row.id)
    row.token_hash = digest(token)
    session.add(row)
    session.flush()
    tenant = session.get_one(Tenant, actor.tenant_id)
    letter = InvitationLetter(
        factory=tenant.name, invited_by=actor.display_name, role=row.role.replace("_", " "),
        link=f"{home(tenant.slug)}/invitations/{token}", expires_at=row.expires_at,
    )  # fmt: skip
    mail.post(
        session, tenant_id=actor.tenant_id, key=f"invitation:{row.id}", to=row.email, letter=letter,
        useful_until=row.expires_at,
    )  # fmt: skip
    _tell(session, actor.tenant_id, actor.user_id, "invitations:created", row)
    return _view(row)


def revoke(session: Session, actor: Actor, identity: UUID) -> InvitationView:
    """Make an invitation's link worthless. Raises Missing, and Conflict where somebody has come in by it."""
    row: Invitation = found("invitation", identity, session.get(Invitation, identity, with_for_update=True))
    if row.accepted_at is not None:
        raise Conflict("This invitation was accepted; deactivate the user instead.")
    if row.revoked_at is None:
        row.revoked_at = utc_now()
        _tell(session, actor.tenant_id, actor.user_id, "invitations:revoked", row)
    return _view(row)


def tenant_inviting(token: str) -> UUID:
    """Return the factory whose open invitation a token is. Raises InvitationRefused for any other."""
    address = address_of(token)
    if address is None:
        raise InvitationRefused
    with read(address[0]) as session:
        _open(session, token, lock=False)
    return address[0]


def accept(session: Session, token: str, *, username: str, display_name: str, password_hash: str) -> Person:
    """Make the person who was invited. Raises InvitationRefused, and Taken for a user name that somebody has."""
    row = _open(session, token, lock=True)
    person = join(
        session, row.tenant_id, username=username, display_name=display_name, email=row.email, role=row.role,
        password_hash=password_hash,
    )  # fmt: skip
    row.accepted_at, row.accepted_by = utc_now(), person.user_id
    _tell(session, row.tenant_id, person.user_id, "invitations:accepted", row)
    return person


def _open(session: Session, token: str, *, lock: bool) -> Invitation:
    address = address_of(token)
    row = session.get(Invitation, address[1], with_for_update=lock or None) if address else None
    if row is None or not same(digest(token), row.token_hash) or _state(row, utc_now()) != "open":
        raise InvitationRefused
    if not session.get_one(Tenant, row.tenant_id).active:
        raise InvitationRefused
    return row


def _tell(session: Session, tenant_id: UUID, actor_id: UUID, action: str, row: Invitation) -> None:
    audit.record(
        session, tenant_id=tenant_id, action=action, module="access", actor_id=actor_id, subject_id=row.id,
        after={"role": row.role, "expires_at": row.expires_at.isoformat()},
    )  # fmt: skip
