from typing import Literal

from pydantic import Field

from models.messages.base import EnteredInstant, Id, Instant, Message, Name
from models.messages.paging import PageRequest


class WallDraft(Message):
    """A screen on a wall, and whether it names people there."""

    name: Name = Field(examples=["Assembly hall"])
    shows_names: bool = Field(True, description="Whether the person in charge is named beside late work")
    expires_at: EnteredInstant | None = Field(None, description="After this the link shows nothing; null is never")


class WallView(WallDraft):
    """A link as stored; `last_seen_at` is told to the minute."""

    id: Id
    created_at: Instant
    revoked_at: Instant | None
    last_seen_at: Instant | None


class WallMade(WallView):
    """A fresh link with the token that opens it; a repetition of the request is answered without it."""

    token: str | None = Field(description="Opens /andon/{token}; it is never shown again")


class WallFilters(PageRequest):
    """How the list of links is read."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
