"""Mail as it waits to be sent: which letter, to whom, and what it tells. The wording is the worker's."""

from typing import Annotated, Literal

from pydantic import Field

from models.messages.base import Instant, Message


class InvitationLetter(Message):
    """Somebody is asked to join a factory."""

    template: Literal["invitation"] = "invitation"
    factory: str
    invited_by: str
    role: str
    link: str
    expires_at: Instant


class WelcomeLetter(Message):
    """A factory was signed up."""

    template: Literal["welcome"] = "welcome"
    factory: str
    slug: str
    username: str
    link: str


class PasswordCodeLetter(Message):
    """The six digits that allow a new password."""

    template: Literal["password_code"] = "password_code"
    username: str
    code: str
    minutes: int


class SecurityLetter(Message):
    """Something that opens the door was changed; whoever did not do it themselves must know at once."""

    template: Literal["security_notice"] = "security_notice"
    username: str
    happened: Literal["password-changed", "password-reset", "second-factor-on", "second-factor-off"]
    at: Instant
    link: str


class TestLetter(Message):
    """Nothing but a proof that mail arrives."""

    template: Literal["test"] = "test"
    factory: str
    asked_by: str
    at: Instant
    link: str


Letter = Annotated[
    InvitationLetter | WelcomeLetter | PasswordCodeLetter | SecurityLetter | TestLetter, Field(discriminator="template")
]


class Mail(Message):
    """One letter to one address; after `useful_until` nobody needs it any more."""

    to: str
    letter: Letter
    useful_until: Instant | None = None
