"""Log-in tokens: JSON Web Tokens signed with the one secret of this installation, HS256 and nothing else."""

from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from models.connections.settings import settings
from models.messages.access import Actor

AUDIENCE = "factoryos-api"
_ALGORITHM = "HS256"
_CLAIMS = jwt.JWTClaimsRegistry(
    aud={"essential": True, "value": AUDIENCE},
    exp={"essential": True},
    sub={"essential": True},
    tenant={"essential": True},
)


class TokenRefused(Exception):  # noqa: N818 - errors name the refusal
    """A token that is expired, forged or not ours."""


def _key() -> OctKey:
    return OctKey.import_key(settings().factoryos_secret_key.get_secret_value())


def issue(actor: Actor) -> tuple[str, datetime]:
    """Return a signed token for a person, and the instant it expires."""
    now = datetime.now(UTC)
    expires_at = now + timedelta(minutes=settings().factoryos_token_minutes)
    claims = {
        "sub": str(actor.user_id),
        "tenant": str(actor.tenant_id),
        "username": actor.username,
        "name": actor.display_name,
        "role": actor.role.value,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(), algorithms=[_ALGORITHM]), expires_at


def actor_of(token: str) -> Actor:
    """Return who a token was issued to. Raises TokenRefused with the reason in words."""
    try:
        claims = jwt.decode(token, _key(), algorithms=[_ALGORITHM]).claims
        _CLAIMS.validate(claims)
        return Actor.model_validate(
            {
                "tenant_id": claims["tenant"],
                "user_id": claims["sub"],
                "username": claims["username"],
                "display_name": claims["name"],
                "role": claims["role"],
            }
        )
    except JoseError as error:
        expired = error.error == "expired_token"
        raise TokenRefused(
            "Your log-in has expired; log in again." if expired else "This token is not valid."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TokenRefused("This token is not valid.") from error
