"""What the browser keeps between password and second factor: sealed, for five minutes, out of reach of any script."""

from time import time

from fastapi import Request, Response
from pydantic import BaseModel, Field

from models.connections.secrets import Unsealable, seal, unseal

_LIFE_SECONDS = 300
_PURPOSE = "log-in page"
_SECURE_NAME, _PLAIN_NAME = "__Host-factoryos-half-way", "factoryos-half-way"


def _end() -> float:
    return time() + _LIFE_SECONDS


class HalfWay(BaseModel):
    """A log-in of which the password was right; it is proven once more with the code, as it may change meanwhile."""

    tenant: str | None
    username: str
    password: str = Field(repr=False)
    next: str
    ends: float = Field(default_factory=_end)


def remember(request: Request, response: Response, half: HalfWay) -> None:
    """Give the browser its log-in to keep."""
    response.set_cookie(
        _name(request), seal(half.model_dump_json(), _PURPOSE), max_age=_LIFE_SECONDS, path="/", httponly=True,
        secure=_is_secure(request), samesite="lax",
    )  # fmt: skip


def remembered(request: Request) -> HalfWay | None:
    """Return the log-in a browser is in the middle of; None without one, or when it took too long."""
    try:
        half = HalfWay.model_validate_json(unseal(request.cookies.get(_name(request), ""), _PURPOSE))
    except (Unsealable, ValueError):
        return None
    return half if half.ends > time() else None


def forget(request: Request, response: Response) -> None:
    """Take the log-in from the browser: it is through."""
    response.delete_cookie(_name(request), path="/", httponly=True, secure=_is_secure(request), samesite="lax")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    return _SECURE_NAME if _is_secure(request) else _PLAIN_NAME
