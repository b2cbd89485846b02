"""What the browser keeps while somebody logs in elsewhere: sealed, for ten minutes, out of reach of any script."""

import json
from dataclasses import asdict, dataclass
from time import time
from uuid import UUID

from fastapi import Request, Response

from models.connections.oidc import Secrets
from models.connections.secrets import Unsealable, new_secret, seal, unseal

_LIFE_SECONDS = 600
_PURPOSE = "oidc-state"
_SECURE_NAME, _PLAIN_NAME = "__Host-factoryos-oidc", "factoryos-oidc"


@dataclass(frozen=True, slots=True)
class Journey:
    """One log-in under way: of which factory, with which provider, bound to what, and where it leads afterwards."""

    tenant_id: str
    code: str
    state: str
    nonce: str
    verifier: str
    next: str
    ends: int

    @property
    def secrets(self) -> Secrets:
        """What the provider's answer is held against."""
        return Secrets(self.state, self.nonce, self.verifier)


def begin_journey(tenant_id: UUID, code: str, following: str) -> Journey:
    """Return a new journey with secrets of its own."""
    ends = int(time()) + _LIFE_SECONDS
    return Journey(str(tenant_id), code, new_secret(), new_secret(), new_secret(), following, ends)


def remember(request: Request, response: Response, journey: Journey) -> None:
    """Give the browser its journey to keep."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        _name(request), seal(json.dumps(asdict(journey)), _PURPOSE), max_age=_LIFE_SECONDS, path="/", httponly=True,
        secure=secure, samesite="lax",
    )  # fmt: skip


def remembered(request: Request) -> Journey | None:
    """Return the journey a browser is on; None without one, or when it took too long."""
    try:
        journey = Journey(**json.loads(unseal(request.cookies.get(_name(request), ""), _PURPOSE)))
    except (Unsealable, ValueError, TypeError):
        return None
    return journey if journey.ends > time() else None


def forget(request: Request, response: Response) -> None:
    """Take the journey from the browser: it is made once."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request), path="/", httponly=True, secure=secure, samesite="lax")


def _name(request: Request) -> str:
    return _SECURE_NAME if request.url.scheme == "https" else _PLAIN_NAME
