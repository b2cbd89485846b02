"""What people type to prove who they are, and what they get to prove it with next time."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from models.messages.base import Code, Message, Name, printable


def _typeable(secret: SecretStr) -> SecretStr:
    printable(secret.get_secret_value())
    return secret


Username = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$", to_lower=True),
    Field(examples=["maria"], description="Kept in lower case, for ever"),
]
# As browsers have it: nothing that could be read as two addresses or as a header.
Email = Annotated[
    str,
    StringConstraints(
        max_length=320, to_lower=True,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9-]{1,63})*$",
    ),
    Field(examples=["maria@example.com"]),
]  # fmt: skip
Secret = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_typeable)]
NewPassword = Annotated[
    SecretStr,
    Field(max_length=200, description="At least 12 characters", examples=["wrench-under-the-blue-lamp"]),
    AfterValidator(_typeable),
]
AppCode = Annotated[
    SecretStr,
    Field(min_length=6, max_length=32, description="Six digits of the authenticator app, or a recovery code"),
    AfterValidator(_typeable),
]
NewPin = Annotated[SecretStr, Field(max_length=32, description="Four to eight digits"), AfterValidator(_typeable)]


class PasswordChange(Message):
    """The password of now and the one to come."""

    old_password: Secret
    new_password: NewPassword


class ForgottenPassword(Message):
    """Whose password was forgotten; the factory may be left out where there is one."""

    tenant: Code | None = Field(None, description="Short name of the factory", examples=["demo"])
    username: Name = Field(max_length=64, examples=["maria"])


class PasswordReset(ForgottenPassword):
    """The six digits that came by mail, and the new password."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=32), AfterValidator(_typeable)]
    new_password: NewPassword


class MailedIfKnown(Message):
    """The answer to a forgotten password, the same for everybody."""

    detail: str = "If this user name exists and has an e-mail address, a code is on its way to it."


class PasswordAgain(Message):
    """The password once more, before something is changed that guards the door."""

    password: Secret


class PasswordAndCode(PasswordAgain):
    """Password and second factor once more."""

    code: AppCode


class Confirmation(Message):
    """The first code of a new second factor."""

    code: AppCode


class SecondFactorStarted(Message):
    """What the authenticator app needs; shown once. Nothing is asked for before a code was confirmed."""

    secret: str
    uri: str = Field(description="For the app, as a QR code", examples=["otpauth://totp/FactoryOS:maria?secret=…"])


class RecoveryCodes(Message):
    """Codes that stand in for a lost second factor, each once; shown once."""

    recovery_codes: tuple[str, ...]


class PinDraft(Message):
    """The PIN for stations."""

    pin: NewPin


class OwnPinDraft(PinDraft, PasswordAgain):
    """One's own PIN for stations, and the password of who sets it."""


class PinLogIn(Message):
    """Who steps up to a station."""

    username: Name = Field(max_length=64, examples=["tom"])
    pin: Secret


class SignUp(Message):
    """A new factory and its first administrator."""

    factory: Name = Field(examples=["Acme Machines"])
    slug: str = Field(
        min_length=1, max_length=64, description="Short name of the factory: part of its address", examples=["acme"]
    )
    username: Username
    display_name: Name = Field(examples=["Maria Lindqvist"])
    email: Email
    password: NewPassword
    cookie: bool = False


class Acceptance(Message):
    """What somebody who was invited chooses for themselves."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=300), AfterValidator(_typeable)]
    username: Username
    display_name: Name = Field(examples=["Tom Becker"])
    password: NewPassword
    cookie: bool = False
