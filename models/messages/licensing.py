from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from models.messages.base import Id, Instant, Message, Name
from models.rules.licensing import Standing

# A compact JWS: three parts of base64url. Line breaks of a mail or an editor around it do no harm.
LicenceText = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Feature = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Licence(Message):
    """What the vendor signs: who may have how many people active at once, and until when."""

    licence_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    holder: Name
    seats: int = Field(ge=1, le=1_000_000)
    expires_at: Instant
    issued_at: Instant
    plan: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "standard"
    features: tuple[Feature, ...] = Field((), max_length=100)
    installation: Id | None = None


class LicenceDraft(Message):
    """A licence to install, as the vendor's file has it."""

    licence: LicenceText = Field(description="The whole content of the file")


class LicenceView(Message):
    """How it stands with the licence, and how many of its seats are taken."""

    standing: Standing
    installation: Id = Field(description="What a licence for this installation alone must name")
    seats_used: int = Field(description="People who are active; service accounts take no seat")
    seats_allowed: int | None = Field(None, description="Null where nobody counts: a service for many factories")
    days_left: int | None = None
    licence: Licence | None = None
    installed_at: Instant | None = None
    unreadable: bool = Field(False, description="What is installed does not hold with the present public key")


class LicenceEnd(Message):
    """When the licence ends or has ended, for those who must see to it."""

    standing: Standing
    expires_at: datetime
    days_left: int
