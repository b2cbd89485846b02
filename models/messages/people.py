"""People as administrators write them, as lists show them, and as they edit themselves."""

from functools import lru_cache
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from models.messages.base import Code, EnteredInstant, Id, Instant, Message, Money, Name
from models.messages.credentials import Email, NewPassword, Username
from models.messages.paging import PageRequest


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("is no time zone of the IANA list, such as Europe/Berlin")
    return name


RoleName = Annotated[
    str, StringConstraints(min_length=2, max_length=32, pattern=r"^[a-z][a-z0-9_]+$"), Field(examples=["technician"])
]
Language = Annotated[
    str, StringConstraints(max_length=16, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"), Field(examples=["de"])
]
TimeZone = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(_known_zone), Field(examples=["Europe/Berlin"])
]


class ProfileDraft(Message):
    """What people say of themselves."""

    display_name: Name = Field(examples=["Maria Lindqvist"])
    email: Email | None = None
    language: Language | None = Field(None, description="Null follows the browser")
    time_zone: TimeZone = "UTC"


class Profile(ProfileDraft):
    """Oneself, as stored."""

    id: Id
    username: str
    role: str
    second_factor: bool
    row_version: int


class PersonDraft(ProfileDraft):
    """A person to be added; without a password they come in by invitation or by resetting it."""

    username: Username
    role: RoleName = Field(description="A built-in role, or one of the factory's own")
    hourly_rate: Money | None = Field(None, description="What an hour of theirs costs")
    password: NewPassword | None = None


class PersonChange(ProfileDraft):
    """All that can be changed of a person; what is left out takes its default, but nobody comes back by omission."""

    role: RoleName
    hourly_rate: Money | None = None
    active: bool


class HeldSkill(Message):
    """A skill somebody was certified for, and until when the certificate holds."""

    id: Id
    code: str
    name: str
    certified_at: Instant
    expires_at: Instant | None


class PersonView(ProfileDraft):
    """A person as those see them who may read users."""

    id: Id
    username: str
    kind: Literal["person", "service"]
    role: str
    email: str | None
    language: str | None
    time_zone: str
    hourly_rate: Money | None = Field(description="Shown to holders of costs:read or users:edit; null for all others")
    active: bool
    has_password: bool
    has_pin: bool
    second_factor: bool
    teams: tuple[str, ...]
    skills: tuple[HeldSkill, ...]
    last_log_in_at: Instant | None
    deactivated_at: Instant | None
    erased_at: Instant | None
    row_version: int
    created_at: Instant
    updated_at: Instant


class PersonFilters(PageRequest):
    """How the list of people is read; `q` looks in user name and display name."""

    sort: Literal["username", "-username", "display_name", "-display_name", "created_at", "-created_at"] = "username"
    role: RoleName | None = None
    active: bool | None = None
    kind: Literal["person", "service"] | None = None
    team: Code | None = Field(None, description="Code of a team they belong to")
    skill: Code | None = Field(None, description="Code of a skill they are certified for today")


class Certification(Message):
    """Since when somebody is certified for a skill, and until when; without an end it holds for ever."""

    certified_at: Instant
    expires_at: Instant | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires_at is not None and self.expires_at <= self.certified_at:
            raise ValueError("the certificate must expire after it was given: 'expires_at' is too early")
        return self


class CertificateFilters(PageRequest):
    """How certificates are read: those that hold longest last; `q` looks in names of people and skills."""

    sort: Literal["expires_at", "-expires_at"] = "expires_at"
    skill: Code | None = Field(None, description="Code of a skill")
    expires_before: EnteredInstant | None = Field(None, description="What has expired by then")
    expires_after: EnteredInstant | None = Field(None, description="What still holds then")


class CertificateView(Message):
    """That an active person is certified for a skill in use, and until when; without an end it holds for ever."""

    user_id: Id
    username: str
    display_name: str
    skill_id: Id
    skill: str
    skill_name: str
    certified_at: Instant
    expires_at: Instant | None
