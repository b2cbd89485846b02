"""OpenID Connect: what an identity provider is asked, and the proof that what it said is meant for us, now.

Every call goes through the guard of outbound.py. Nothing is cached: a log-in is rare, a withdrawn key must not linger.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from models.connections.outbound import OPTIONS, SECONDS, AddressRefused, Guarded, client
from models.rules.addresses import Reach

SCOPE = "openid profile email"
# Signed with a private key of the provider's. HS256 would let anybody sign who knows the public one, `none` anybody.
_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
_KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
_LEEWAY_SECONDS = 60
_LONGEST_SUBJECT = 255


class ProviderAway(Exception):  # noqa: N818 - names the refusal
    """A provider that does not answer, or not as the standard has it."""


class NotProven(Exception):  # noqa: N818 - names the refusal
    """A log-in at a provider that does not hold: a wrong or used code, a token that is forged, late or not for us."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How we are known at a provider."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one log-in is bound to: the browser by `state`, the token by `nonce`, the code by `verifier` (PKCE)."""

    state: str
    nonce: str
    verifier: str


async def address_to_log_in(registration: Registration, secrets: Secrets, reach: Reach) -> str:
    """Return where the browser must go. Raises ProviderAway."""
    found = await _discovered(registration.issuer, reach)
    async with _client(registration, found, reach) as oauth:
        url, _ = oauth.create_authorization_url(
            found["authorization_endpoint"], state=secrets.state, code_verifier=secrets.verifier, nonce=secrets.nonce
        )
    return str(url)


async def identity(registration: Registration, code: str, secrets: Secrets, reach: Reach) -> dict[str, Any]:
    """Exchange a code for an ID token and return its verified claims. Raises NotProven and ProviderAway."""
    found = await _discovered(registration.issuer, reach)
    token = await _exchanged(registration, found, code, secrets, reach)
    keys = await _fetched(found["jwks_uri"], reach)
    return verified(
        token, keys, issuer=registration.issuer, client_id=registration.client_id, nonce=secrets.nonce,
        algorithms=found.get("id_token_signing_alg_values_supported", ["RS256"]),
    )  # fmt: skip


def verified(  # noqa: PLR0913 - everything that a token is held against
    token: str, keys: dict[str, Any], *, issuer: str, client_id: str, nonce: str, algorithms: list[str]
) -> dict[str, Any]:
    """Return the claims of an ID token that this provider signed for us in this log-in. Raises NotProven."""
    claims_registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer}, aud={"essential": True, "value": client_id},
        nonce={"essential": True}, sub={"essential": True}, exp={"essential": True},
        iat={"essential": True},
    )  # fmt: skip
    allowed = sorted(_ALGORITHMS & set(algorithms))
    if not allowed:  # the library takes an empty list for its own, which has HS256 in it
        raise NotProven("The log-in server signs in no way that FactoryOS believes.")
    try:
        claims = jwt.decode(token, _key_set(keys), algorithms=allowed).claims
        claims_registry.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotProven("The log-in server's token does not hold; log in again.") from error
    others = [one for one in _as_list(claims["aud"]) if one != client_id]
    party = claims.get("azp", None if others else client_id)
    if party != client_id or claims["nonce"] != nonce or not _is_subject(claims["sub"]):
        raise NotProven("The log-in server's token is not meant for FactoryOS; log in again.")
    return dict(claims)


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SUBJECT and value.isprintable()


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _key_set(document: dict[str, Any]) -> KeySet:
    """Return the provider's keys for signing; kinds of keys that we do not know are passed over."""
    usable = [
        one for one in document["keys"] if one.get("kty") in _KEY_TYPES and one.get("use", "sig") == "sig"
    ]  # fmt: skip
    return KeySet([JWKRegistry.import_key(one) for one in usable])


async def _discovered(issuer: str, reach: Reach) -> dict[str, Any]:
    """Return what a provider says of itself. Raises ProviderAway."""
    found = await _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration", reach)
    if found.get("issuer") != issuer:
        raise ProviderAway("The log-in server calls itself by another name than the one it is registered under.")
    addresses = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    scheme = issuer.partition(":")[0]
    if not all(isinstance(one, str) and one.startswith(("https://", f"{scheme}://")) for one in addresses):
        raise ProviderAway("The log-in server does not say where to log in.")
    return found


async def _fetched(url: str, reach: Reach) -> dict[str, Any]:
    try:
        async with asyncio.timeout(SECONDS), client(reach) as caller:
            answer = await caller.get(url, headers={"Accept": "application/json"})
            document = answer.raise_for_status().json()
    except AddressRefused as refusal:
        raise ProviderAway(f"The log-in server may not be called: {refusal}.") from refusal
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:
        raise ProviderAway("The log-in server does not answer as it should; try again later.") from error
    if not isinstance(document, dict):
        raise ProviderAway("The log-in server does not answer as it should; try again later.")
    return document


async def _exchanged(
    registration: Registration, found: dict[str, Any], code: str, secrets: Secrets, reach: Reach
) -> str:
    try:
        async with asyncio.timeout(SECONDS), _client(registration, found, reach) as oauth:
            token = await oauth.fetch_token(found["token_endpoint"], code=code, code_verifier=secrets.verifier)
    except OAuthError as error:
        raise NotProven("The log-in server did not accept this log-in; log in again.") from error
    except AddressRefused as refusal:
        raise ProviderAway(f"The log-in server may not be called: {refusal}.") from refusal
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:
        raise ProviderAway("The log-in server does not answer as it should; try again later.") from error
    found_token = token.get("id_token")
    if not isinstance(found_token, str):
        raise NotProven("The log-in server sent no token that says who logged in.")
    return found_token


def _client(registration: Registration, found: dict[str, Any], reach: Reach) -> Any:  # noqa: ANN401 - authlib is untyped
    offered = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
    return AsyncOAuth2Client(
        registration.client_id, registration.client_secret, token_endpoint_auth_method=method, scope=SCOPE,
        redirect_uri=registration.redirect_uri, code_challenge_method="S256", transport=Guarded(reach), **OPTIONS,
    )  # fmt: skip
