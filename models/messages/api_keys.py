"""API keys: what programs log in with instead of a name and password."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from models.messages.base import Id, Instant, Message, Name
from models.messages.credentials import Username
from models.messages.paging import PageRequest
from models.messages.people import RoleName
from models.rules.access import Permission


def _each_once(scopes: tuple[Permission, ...]) -> tuple[Permission, ...]:
    return tuple(sorted(set(scopes)))


Scopes = Annotated[tuple[Permission, ...], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class ServiceAccountDraft(Message):
    """A machine or program that acts under its own name; it has no password and enters by its key alone."""

    username: Username
    name: Name = Field(examples=["Press 7"])
    role: RoleName


class KeyDraft(Message):
    """A key as asked for: for oneself, or with `service_account` for a machine made together with it."""

    name: Name = Field(examples=["Export to the ERP"])
    scopes: Scopes = Field(description="What the key may do; never more than the one it acts for")
    per_minute: int = Field(600, ge=1, le=100_000, description="Requests a minute")
    expires_at: Instant | None = Field(None, description="When it stops working; without, it does not")
    service_account: ServiceAccountDraft | None = None


class KeyView(Message):
    """A key as lists show it; `prefix` is how it begins, its secret is known to its holder alone."""

    id: Id
    name: str
    prefix: str
    user_id: Id
    username: str
    kind: Literal["person", "service"]
    scopes: tuple[str, ...]
    per_minute: int
    created_by: Id
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked_at: Instant | None


class KeyMade(KeyView):
    """A fresh key, whole in this one answer; a repetition of the request is answered without it."""

    key: str | None = Field(description="Send it as Authorization: Bearer; it is never shown again")


class KeyFilters(PageRequest):
    """How the list of keys is read; `q` looks in names."""

    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
    revoked: bool | None = None
