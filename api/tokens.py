"""Access tokens: short-lived JSON Web Tokens that name a session, signed HS256 and nothing else.

The session itself is looked up at each request, so what a token says about a person is never stale.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from models.connections.settings import settings

AUDIENCE = "factoryos-api"
_ALGORITHM = "HS256"
_CLAIMS = jwt.JWTClaimsRegistry(
    aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}, sid={"essential": True}
)


class TokenRefused(Exception):  # noqa: N818 - errors name the refusal
    """A token that is expired, forged or not ours."""


def _key() -> OctKey:
    return OctKey.import_key(settings().factoryos_secret_key.get_secret_value())


def issue(session_id: UUID, user_id: UUID, until: datetime | None = None) -> tuple[str, datetime]:
    """Return a signed token for a session, and the instant it expires: soon, where `until` does not say otherwise."""
    now = datetime.now(UTC)
    expires_at = until or now + timedelta(minutes=settings().factoryos_access_minutes)
    claims = {
        "sid": str(session_id), "sub": str(user_id), "aud": AUDIENCE, "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
    }  # fmt: skip
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(), algorithms=[_ALGORITHM]), expires_at


def session_of(token: str) -> UUID:
    """Return the session a token was issued to. Raises TokenRefused with the reason in words."""
    try:
        claims = jwt.decode(token, _key(), algorithms=[_ALGORITHM]).claims
        _CLAIMS.validate(claims)
        return UUID(claims["sid"])
    except JoseError as error:
        expired = error.error == "expired_token"
        raise TokenRefused(
            "Your access token has expired; get the next one from POST /api/v1/auth/refresh, or log in again."
            if expired
            else "This token is not valid."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TokenRefused("This token is not valid.") from error
