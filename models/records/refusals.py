"""Refusals of the records: each is one sentence for the person who meets it, plus what a program may want to read."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from models.messages.stock import Shortage
from models.rules.sentences import Sentence, together
from models.rules.units import PIECES

_MINUTE = 60
_SHOWN = 30


class Refusal(Exception):  # noqa: N818 - errors name the refusal
    """A change or question refused for a reason the person can act on. The API maps each class to one status."""

    def members(self) -> dict[str, Any]:
        """Return what a program reads beside the sentence; JSON values only."""
        return {}


class Missing(Refusal):
    """Something this factory does not have."""

    def __init__(self, what: str, name: object) -> None:
        super().__init__(Sentence("There is no {what} '{name}'.", what=Sentence(what), name=name))


class Stale(Refusal):
    """A change based on a version that is no longer the present one."""

    def __init__(self, what: str, expected: int, current: int) -> None:
        super().__init__(
            Sentence(
                "This {what} was changed since you read it (you have version {expected}, it is now {current}).",
                what=Sentence(what), expected=expected, current=current,
            )
        )  # fmt: skip
        self.current = current

    def members(self) -> dict[str, Any]:
        """Return the present version."""
        return {"current_version": self.current}


class Taken(Refusal):
    """A name that must be unique and already is somebody else's."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(Sentence("There is already a {what} '{name}'.", what=Sentence(what), name=name))


class Conflict(Refusal):
    """A change that the present state of the thing does not allow."""


class Unfit(Refusal):
    """Content that is well formed and still makes no sense here; `pointer` names the place in the body."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


class CatalogLacks(Refusal):
    """A template file for a product that is not there, with all else it names that is not there either."""

    def __init__(self, product: str, parts: Sequence[str], work_centers: Sequence[str]) -> None:
        lacking = [Sentence("The catalog lacks product {product}", product=product)]
        lacking += [Sentence("; parts {codes}", codes=_listed(parts))] if parts else []
        lacking += [Sentence("; work centres {codes}", codes=_listed(work_centers))] if work_centers else []
        super().__init__(
            Sentence(
                "{lacking}. Import with create_missing (--create-missing) to add what the file describes, or add them "
                "first.",
                lacking=together(lacking, between=""),
            )
        )
        self.missing = {"products": [product], "parts": list(parts), "work_centers": list(work_centers)}

    def members(self) -> dict[str, Any]:
        """Return everything that is missing, by kind."""
        return {"missing": self.missing}


def _listed(codes: Sequence[str]) -> str:
    some, more = ", ".join(codes[:_SHOWN]), len(codes) - _SHOWN
    return Sentence("{some} and {more} more", some=some, more=more) if more > 0 else some


class BadCursor(Refusal):
    """A paging cursor that was not given out for this list."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to this list, sort order and filter; begin again without a cursor."
        )


class KeyReused(Refusal):
    """An idempotency key that came before with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(
            Sentence("The Idempotency-Key '{key}' was already used for a different request; take a fresh one.", key=key)
        )


def named_shortages(shortages: Sequence[Shortage]) -> str:
    """Return what is there and wanted of each part; pieces need no unit, so that it reads alike in every language."""
    units = ("" if short.uom == PIECES else f" {short.uom}" for short in shortages)
    return ", ".join(
        f"{short.sku} ({short.on_hand.normalize():f} / {short.wanted.normalize():f}{unit})"
        for short, unit in zip(shortages, units, strict=True)
    )


class StockShort(Refusal):
    """More is wanted than there is."""

    def __init__(self, shortages: tuple[Shortage, ...]) -> None:
        named = named_shortages(shortages[:10])
        super().__init__(Sentence("Not enough in stock (there / wanted): {parts}.", parts=named))
        self.shortages = shortages

    def members(self) -> dict[str, Any]:
        """Return every shortage."""
        return {"shortages": [short.model_dump(mode="json") for short in self.shortages]}


class LogInRefused(Refusal):
    """A name and a password or PIN that do not belong together; never tells which of the two is wrong."""

    def __init__(self, factor: str = "password") -> None:
        wrong = {"pin": "The user name or the PIN is wrong."}
        super().__init__(wrong.get(factor, "The user name or the password is wrong."))


class TooManyTries(Refusal):
    """A name that was tried in vain too often and must wait."""

    def __init__(self, pause: timedelta) -> None:
        self.seconds = max(1, ceil(pause.total_seconds()))
        minutes = ceil(self.seconds / _MINUTE)
        super().__init__(
            Sentence("Too many failed tries; wait {seconds} s and try again.", seconds=self.seconds)
            if self.seconds < 2 * _MINUTE
            else Sentence("Too many failed tries; wait {minutes} minutes and try again.", minutes=minutes)
        )

    def members(self) -> dict[str, Any]:
        """Return how long to wait, in seconds."""
        return {"retry_after_seconds": self.seconds}


class SecondFactorNeeded(Refusal):
    """The password is right; the code of the second factor is missing."""

    def __init__(self) -> None:
        super().__init__("Enter the code of your authenticator app, or one of your recovery codes.")


class NotKnownHere(Refusal):
    """Somebody whom a log-in server vouches for and whom this factory does not know, or no longer."""

    def __init__(self) -> None:
        super().__init__("Your log-in is right, but you have no account in this factory; ask an administrator.")


class PasswordWrong(Refusal):
    """Somebody who is logged in did not know the password when asked for it again."""

    def __init__(self) -> None:
        super().__init__("This is not your password.")


class CodeWrong(Refusal):
    """A code of the second factor that is not the present one, or was used before."""

    def __init__(self) -> None:
        super().__init__("This code is not right, or was used before; wait for the next one.")


class WeakSecret(Refusal):
    """A password or PIN that is too easily guessed; `pointer` names its place in the body."""

    def __init__(self, why: str, pointer: str) -> None:
        super().__init__(why)
        self.pointer = pointer


class ResetRefused(Refusal):
    """A code for a new password that is wrong, used, too old or nobody's; never tells which."""

    def __init__(self) -> None:
        super().__init__("This code is not right or no longer valid; ask for a new one.")


class InvitationRefused(Refusal):
    """A link that was used, revoked, replaced, or is too old; never tells which."""

    def __init__(self) -> None:
        super().__init__("This invitation is no longer valid; ask whoever invited you for a new one.")


class SignUpClosed(Refusal):
    """The installation has its factory; others come in by invitation."""

    def __init__(self) -> None:
        super().__init__("This installation already has its factory; ask an administrator for an invitation.")


class LicenceRefused(Refusal):
    """A licence that cannot be installed; `fault` says why to a program."""

    pointer = "/licence"

    def __init__(self, fault: str, words: str) -> None:
        super().__init__(words)
        self.fault = fault

    def members(self) -> dict[str, Any]:
        """Return what is wrong with it."""
        return {"fault": self.fault}


class NoSeatLeft(Refusal):
    """One more person than the installation may have active; whoever is in stays in."""

    def __init__(self, used: int, allowed: int) -> None:
        super().__init__(
            Sentence(
                "All {allowed} seats are taken ({used} active people). Deactivate somebody who is no longer here, or "
                "install a licence with more seats at /settings/licence; everybody who is in goes on working.",
                allowed=allowed,
                used=used,
            )
        )
        self.used, self.allowed = used, allowed

    def members(self) -> dict[str, Any]:
        """Return the seats taken and allowed."""
        return {"seats_used": self.used, "seats_allowed": self.allowed}


class StationUnknown(Refusal):
    """A request that should come from a station, without the token of one that is in use."""

    def __init__(self) -> None:
        super().__init__("This device is not a station of a factory; an administrator can set it up as one.")


def check_version(what: str, expected: int, current: int) -> None:
    """Raise Stale where a change is based on another version than the present one."""
    if expected != current:
        raise Stale(what, expected, current)


def found(what: str, name: UUID | str, row: Any) -> Any:  # noqa: ANN401 - passes on whatever it is given
    """Return the row; raise Missing where there is none."""
    if row is None:
        raise Missing(what, name)
    return row
