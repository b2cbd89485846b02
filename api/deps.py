"""Who asks, and what they may: permissions are part of each route's signature, so that a test can read them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api import cookies
from api.limits import count_key
from api.tokens import TokenRefused, session_of
from models.connections.postgres import begin, unbound
from models.connections.secrets import digest, same
from models.messages.access import Actor
from models.messages.origin import Origin, origin
from models.records.access import sessions
from models.records.access.keys import PREFIX
from models.records.access.who import Holder, who_is
from models.rules.access import Permission
from models.rules.sentences import Sentence

STATION_HEADER = "X-Station-Token"
_BEARER = HTTPBearer(auto_error=False, description="The access_token of POST /api/v1/auth/login, or an API key (fos_…)")


class NotSignedIn(Exception):  # noqa: N818 - errors name the refusal
    """A request without a living credential."""


class Forbidden(Exception):  # noqa: N818 - errors name the refusal
    """A request whose sender's role or key lacks the permission."""

    def __init__(self, actor: Actor, permission: Permission) -> None:
        super().__init__(_why_not(actor, permission))
        self.actor, self.permission = actor, permission

    def members(self) -> dict[str, Any]:
        """Return which permission is missing."""
        return {"permission": self.permission.value}


def _why_not(actor: Actor, permission: Permission) -> Sentence:
    if actor.second_factor_setup_needed:
        return Sentence("Your factory asks for a second factor; set it up first.")
    named: dict[str, object] = {"permission": permission.value}
    if actor.key_id:
        return Sentence("This API key does not hold the permission '{permission}'; ask an administrator.", **named)
    return Sentence(
        "Your role '{role}' does not hold the permission '{permission}'; ask an administrator.",
        role=actor.role,
        **named,
    )


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Actor:
    """Return who asks, by token, key or cookie; one statement. Raises NotSignedIn, TooMany, CrossSite."""
    offered = _offered(request, credentials)
    holder = await asyncio.to_thread(_holder, offered.credential)
    if holder is None or not _fits(request, holder, offered):
        raise NotSignedIn("This log-in has ended or was never valid; log in again.")
    if holder.per_minute is not None:
        count_key(str(holder.credential_id), holder.per_minute)
    actor = holder.actor()
    _remember_origin(actor, holder)
    return actor


@dataclass(frozen=True, slots=True)
class _Offered:
    """The credential a request came with: of which kinds it may be, and its secret unless the token is the proof."""

    credential: UUID
    kinds: frozenset[str]
    secret: str | None = None


_BY_TOKEN, _BY_KEY, _BY_COOKIE = frozenset({"api", "station"}), frozenset({"key"}), frozenset({"browser", "station"})


def _offered(request: Request, credentials: HTTPAuthorizationCredentials | None) -> _Offered:
    """Return what a request came with. Raises NotSignedIn without anything of ours."""
    if credentials is None:
        found = cookies.credential(request)
        if found is None:
            raise NotSignedIn("Log in first: this address needs the header 'Authorization: Bearer <token>'.")
        return _Offered(found[0], _BY_COOKIE, found[1])
    token = credentials.credentials
    if token.startswith(PREFIX):
        identity, _, secret = token.removeprefix(PREFIX).partition("_")
        try:
            return _Offered(UUID(hex=identity), _BY_KEY, secret)
        except ValueError as error:
            raise NotSignedIn("This is not an API key of ours.") from error
    try:
        return _Offered(session_of(token), _BY_TOKEN)
    except TokenRefused as refusal:
        raise NotSignedIn(str(refusal)) from refusal


def _holder(credential: UUID) -> Holder | None:
    with unbound() as connection:
        holder = who_is(connection, credential)
    if holder is not None and sessions.is_stale(holder.last_used_at, datetime.now(UTC)):
        with begin(holder.tenant_id) as session:
            sessions.note_use(session, holder.credential_id, is_key=holder.via == "key")
    return holder


def _fits(request: Request, holder: Holder, offered: _Offered) -> bool:
    """Tell whether the credential is of the kind it was offered as, with the right secret, at the right station."""
    proven = holder.via in offered.kinds
    if offered.secret is not None:
        proven = proven and same(digest(offered.secret), holder.secret_hash)
    if holder.station_id is None:
        return proven
    by_cookie = offered.kinds is _BY_COOKIE
    token = cookies.station_token(request) if by_cookie else request.headers.get(STATION_HEADER, "")
    return proven and holder.station_hash is not None and same(digest(token), holder.station_hash)


def _remember_origin(actor: Actor, holder: Holder) -> None:
    here = origin.get() or Origin()
    who = {"session_id": actor.session_id, "key_id": actor.key_id, "station_id": holder.station_id}
    origin.set(here.model_copy(update=who))


def require(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden for somebody who lacks a permission; for what only the content of a request tells."""
    if not actor.may(permission):
        raise Forbidden(actor, permission)


class Requires:
    """The dependency that lets only holders of one permission pass, and says so when read."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
        """Return who asks. Raises Forbidden."""
        require(actor, self.permission)
        return actor

    def __hash__(self) -> int:
        return hash(self.permission)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Requires) and other.permission is self.permission


def requires(permission: Permission) -> Requires:
    """Return the dependency that lets only holders of a permission pass."""
    return Requires(permission)


async def everyone(_request: Request) -> None:
    """Mark a route as open to people who are not logged in."""


PUBLIC = Depends(everyone)
SignedIn = Annotated[Actor, Depends(signed_in)]
MayReadProducts = Annotated[Actor, Depends(requires(Permission.PRODUCTS_READ))]
MayReadCatalog = Annotated[Actor, Depends(requires(Permission.CATALOG_READ))]
MayEditCatalog = Annotated[Actor, Depends(requires(Permission.CATALOG_EDIT))]
MayReadTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_READ))]
MayEditTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_EDIT))]
MayPublishTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_PUBLISH))]
MayReadOwnOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_READ_OWN))]
MayReadOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_READ))]
MayCreateOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_CREATE))]
MayControlOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_CONTROL))]
MayReadOwnWorkOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_READ_OWN))]
MayReadWorkOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_READ))]
MayWorkOnOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_ACT))]
MayControlWorkOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_CONTROL))]
MayStartWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_START))]
MayPauseWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_PAUSE))]
MayResumeWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_RESUME))]
MayReportWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_REPORT))]
MayCompleteWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_COMPLETE))]
MayAssignWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_ASSIGN))]
MaySkipWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_SKIP))]
MayReworkWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_REWORK))]
MayHoldWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_HOLD))]
MayReleaseWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_RELEASE))]
MayCancelWork = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_CANCEL))]
MayReadStock = Annotated[Actor, Depends(requires(Permission.STOCK_READ))]
MayMoveStock = Annotated[Actor, Depends(requires(Permission.STOCK_MOVE))]
MayReadOwnCommands = Annotated[Actor, Depends(requires(Permission.COMMANDS_READ_OWN))]
MayReadCommands = Annotated[Actor, Depends(requires(Permission.COMMANDS_READ))]
MayResolveCommands = Annotated[Actor, Depends(requires(Permission.COMMANDS_RESOLVE))]
MayReadFiles = Annotated[Actor, Depends(requires(Permission.FILES_READ))]
MayAddFiles = Annotated[Actor, Depends(requires(Permission.FILES_ADD))]
MayReadCosts = Annotated[Actor, Depends(requires(Permission.COSTS_READ))]
MayReadFigures = Annotated[Actor, Depends(requires(Permission.FIGURES_READ))]
MayReadUsers = Annotated[Actor, Depends(requires(Permission.USERS_READ))]
MayEditUsers = Annotated[Actor, Depends(requires(Permission.USERS_EDIT))]
MayEditTeams = Annotated[Actor, Depends(requires(Permission.TEAMS_EDIT))]
MayEditRoles = Annotated[Actor, Depends(requires(Permission.ROLES_EDIT))]
MayEditKeys = Annotated[Actor, Depends(requires(Permission.KEYS_EDIT))]
MayEditStations = Annotated[Actor, Depends(requires(Permission.STATIONS_EDIT))]
MayEditWebhooks = Annotated[Actor, Depends(requires(Permission.WEBHOOKS_EDIT))]
MayEditSettings = Annotated[Actor, Depends(requires(Permission.SETTINGS_EDIT))]
MayReadAudit = Annotated[Actor, Depends(requires(Permission.AUDIT_READ))]


def declared_access(route: APIRoute) -> frozenset[str]:
    """Return what a route declares: permissions, "SIGNED_IN" or "PUBLIC"; empty where it forgot to."""
    calls = list(_calls(route.dependant))
    permissions = {call.permission.value for call in calls if isinstance(call, Requires)}
    if permissions:
        return frozenset(permissions)
    if signed_in in calls:
        return frozenset({"SIGNED_IN"})
    return frozenset({"PUBLIC"}) if everyone in calls else frozenset()


def _calls(dependant: Dependant) -> list[Callable[..., Any] | Requires]:
    found = [dependant.call] if dependant.call is not None else []
    return found + [call for inner in dependant.dependencies for call in _calls(inner)]
