"""A company's own log-in server (OpenID Connect), as administrators write it and as the log-in page offers it."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from models.messages.base import Id, Instant, Message, Name
from models.messages.paging import PageRequest
from models.messages.people import RoleName

ProviderCode = Annotated[
    str, StringConstraints(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$"), Field(examples=["company"])
]
Issuer = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2000, pattern=r"^https?://[!-~]+$"),
    Field(examples=["https://login.example.com/realms/main"]),
]
Printable = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[!-~]+$")]


class ProviderDraft(Message):
    """A provider as written. `default_role` is what somebody unknown becomes; without it they are refused."""

    code: ProviderCode
    name: Name = Field(examples=["Company log-in"])
    issuer: Issuer
    client_id: Printable
    client_secret: SecretStr | None = Field(
        None, min_length=1, max_length=1000, description="Needed once; left out in a change, the old one stays"
    )
    default_role: RoleName | None = None
    active: bool = True


class ProviderView(Message):
    """A provider as stored, without its secret."""

    id: Id
    code: str
    name: str
    issuer: str
    client_id: str
    default_role: str | None
    active: bool
    row_version: int
    created_at: Instant
    updated_at: Instant


class ProviderFilters(PageRequest):
    """How the list of providers is read; `q` looks in code and name."""

    sort: Literal["code", "-code", "created_at", "-created_at"] = "code"
    active: bool | None = None


class OfferedProvider(Message):
    """A button of the log-in page."""

    code: str
    name: str


class OfferedProviders(Message):
    """Where one may log in besides here."""

    items: tuple[OfferedProvider, ...]


class Claims(Message):
    """Who a provider says somebody is: `subject` for ever and to the letter, the rest as of today."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    subject: str = Field(min_length=1, max_length=255)
    email: str | None = None
    name: str | None = None
    username: str | None = None

    @classmethod
    def of(cls, token: dict[str, Any]) -> "Claims":
        """Return what a verified ID token says; an e-mail address counts only if the provider vouches for it."""
        email = token.get("email") if token.get("email_verified") is True else None
        texts = {"email": email, "name": token.get("name"), "username": token.get("preferred_username")}
        usable = {name: text for name, text in texts.items() if isinstance(text, str) and _is_plain(text)}
        return cls.model_validate({"subject": token["sub"], **usable})


_LONGEST_TEXT = 320


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TEXT and text.isprintable()
