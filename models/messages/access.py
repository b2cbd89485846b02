from dataclasses import dataclass
from uuid import UUID

from pydantic import Field

from models.messages.base import Code, Id, Instant, Message, Name
from models.messages.credentials import AppCode, Secret
from models.rules.access import WIDER, Permission, may, works


@dataclass(frozen=True, slots=True)
class Sight:
    """What a transaction sees: one factory; of orders, work or commands only a person's own where that one is named."""

    tenant_id: UUID
    own_orders: UUID | None = None
    own_work: UUID | None = None
    own_commands: UUID | None = None


class Actor(Message):
    """Who acts: the person or service account behind a request, and what they may do by role and key."""

    tenant_id: Id
    user_id: Id
    username: str
    display_name: str
    role: str
    permissions: frozenset[Permission]
    session_id: Id | None = None
    key_id: Id | None = None
    second_factor_setup_needed: bool = False

    def may(self, permission: Permission) -> bool:
        """Tell whether this person holds a permission."""
        return may(self.permissions, permission)

    @property
    def works(self) -> bool:
        """Whether this person may lay hands on any work, by whichever action."""
        return works(self.permissions)

    @property
    def sight(self) -> Sight:
        """What this person's transactions may see."""
        return Sight(
            self.tenant_id, self._only(Permission.ORDERS_READ_OWN), self._only(Permission.WORK_ORDERS_READ_OWN),
            self._only(Permission.COMMANDS_READ_OWN),
        )  # fmt: skip

    def _only(self, narrow: Permission) -> UUID | None:
        """Return this person where they may list their own and no more; who may list none still meets rows by join."""
        return self.user_id if narrow in self.permissions and WIDER[narrow] not in self.permissions else None


class LogIn(Message):
    """A name and password, and the second factor of those who have one; the factory may be left out where there is one.

    With `cookie` the session is kept by the browser in a cookie no script can read, and no token is answered.
    """

    tenant: Code | None = Field(None, description="Short name of the factory", examples=["demo"])
    username: Name = Field(max_length=64, examples=["maria"])
    password: Secret = Field(examples=["correct horse battery staple"])
    second_factor: AppCode | None = None
    cookie: bool = False


class UserView(Message):
    """A person, and what their role lets them do; nothing before they have the second factor their factory asks for."""

    id: Id
    tenant_id: Id
    username: str
    display_name: str
    role: str
    permissions: tuple[Permission, ...]
    second_factor_setup_needed: bool = False


class LoggedIn(Message):
    """A short-lived token to send as `Authorization: Bearer`, and the one to get the next with; none with a cookie."""

    access_token: str | None
    token_type: str = Field("Bearer", examples=["Bearer"])
    expires_at: Instant
    refresh_token: str | None
    refresh_expires_at: Instant
    user: UserView


class SignedUp(LoggedIn):
    """A new factory, and its administrator logged in."""

    slug: str
    address: str = Field(description="Where this factory is found", examples=["https://acme.mes.example.com"])


class Refresh(Message):
    """The refresh token of the last answer; it works once."""

    refresh_token: Secret = Field(min_length=20)


class SessionView(Message):
    """One place where a person is logged in."""

    id: Id
    kind: str
    address: str
    agent: str
    station: str | None
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    current: bool


class Sessions(Message):
    """Everywhere a person is logged in."""

    items: tuple[SessionView, ...]


class Ended(Message):
    """How many sessions were ended."""

    sessions: int
