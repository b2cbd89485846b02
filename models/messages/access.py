from pydantic import Field, SecretStr

from models.messages.base import Code, Id, Instant, Message, Name
from models.rules.access import Permission, Role


class Actor(Message):
    """Who acts: the person behind a request, as the log-in token says."""

    tenant_id: Id
    user_id: Id
    username: str
    display_name: str
    role: Role


class LogIn(Message):
    """A name and password; the factory may be left out where there is only one."""

    tenant: Code | None = Field(None, description="Short name of the factory", examples=["demo"])
    username: Name = Field(max_length=64, examples=["maria"])
    password: SecretStr = Field(min_length=1, max_length=200, examples=["correct horse battery staple"])


class UserView(Message):
    """A person, and what their role lets them do."""

    id: Id
    tenant_id: Id
    username: str
    display_name: str
    role: Role
    permissions: tuple[Permission, ...]


class LoggedIn(Message):
    """A token to send as `Authorization: Bearer` until it expires."""

    access_token: str
    token_type: str = Field("Bearer", examples=["Bearer"])
    expires_at: Instant
    user: UserView
