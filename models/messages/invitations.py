"""Invitations: who is asked to join, as what, and what became of it."""

from typing import Literal

from pydantic import Field

from models.messages.base import Id, Instant, Message
from models.messages.credentials import Email
from models.messages.paging import PageRequest
from models.messages.people import RoleName

State = Literal["open", "accepted", "revoked", "expired"]


class InvitationDraft(Message):
    """Whom to invite, as what."""

    email: Email
    role: RoleName = Field(description="A built-in role, or one of the factory's own")


class InvitationView(InvitationDraft):
    """An invitation as lists show it. The link itself is in the mail and nowhere else."""

    id: Id
    state: State
    invited_by: Id
    created_at: Instant
    expires_at: Instant
    accepted_by: Id | None


class InvitationFilters(PageRequest):
    """How the list of invitations is read; `q` looks in the address."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    state: State | None = None
