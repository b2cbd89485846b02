"""Refusals of the records: each is one sentence for the person who meets it, plus what a program may want to read."""

from typing import Any
from uuid import UUID

from models.messages.stock import Shortage


class Refusal(Exception):  # noqa: N818 - errors name the refusal
    """A change or question refused for a reason the person can act on. The API maps each class to one status."""

    def members(self) -> dict[str, Any]:
        """Return what a program reads beside the sentence; JSON values only."""
        return {}


class Missing(Refusal):
    """Something this factory does not have."""

    def __init__(self, what: str, name: object) -> None:
        super().__init__(f"There is no {what} '{name}'.")


class Stale(Refusal):
    """A change based on a version that is no longer the present one."""

    def __init__(self, what: str, expected: int, current: int) -> None:
        super().__init__(
            f"This {what} was changed since you read it (you have version {expected}, it is now {current})."
        )
        self.current = current

    def members(self) -> dict[str, Any]:
        """Return the present version."""
        return {"current_version": self.current}


class Taken(Refusal):
    """A name that must be unique and already is somebody else's."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is already a {what} '{name}'.")


class Conflict(Refusal):
    """A change that the present state of the thing does not allow."""


class Unfit(Refusal):
    """Content that is well formed and still makes no sense here; `pointer` names the place in the body."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


class BadCursor(Refusal):
    """A paging cursor that was not given out for this list."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to this list, sort order and filter; begin again without a cursor."
        )


class KeyReused(Refusal):
    """An idempotency key that came before with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The Idempotency-Key '{key}' was already used for a different request; take a fresh one.")


class StockShort(Refusal):
    """More is wanted than there is."""

    def __init__(self, shortages: tuple[Shortage, ...]) -> None:
        named = ", ".join(
            f"{short.sku} ({short.on_hand:f} of {short.wanted:f} {short.uom})" for short in shortages[:10]
        )
        super().__init__(f"There is not enough stock of: {named}.")
        self.shortages = shortages

    def members(self) -> dict[str, Any]:
        """Return every shortage."""
        return {"shortages": [short.model_dump(mode="json") for short in self.shortages]}


class LogInRefused(Refusal):
    """A name and password that do not belong together; never tells which of the two is wrong."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong.")


def check_version(what: str, expected: int, current: int) -> None:
    """Raise Stale where a change is based on another version than the present one."""
    if expected != current:
        raise Stale(what, expected, current)


def found(what: str, name: UUID | str, row: Any) -> Any:  # noqa: ANN401 - passes on whatever it is given
    """Return the row; raise Missing where there is none."""
    if row is None:
        raise Missing(what, name)
    return row
