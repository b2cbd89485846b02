"""Who asks, and what they may: permissions are part of each route's signature, so that a test can read them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.tokens import TokenRefused, actor_of
from models.messages.access import Actor
from models.rules.access import Permission, may

_BEARER = HTTPBearer(auto_error=False, description="The access_token that POST /api/v1/auth/login answers")


class NotSignedIn(Exception):  # noqa: N818 - errors name the refusal
    """A request without a valid token."""


class Forbidden(Exception):  # noqa: N818 - errors name the refusal
    """A request whose sender's role lacks the permission."""

    def __init__(self, actor: Actor, permission: Permission) -> None:
        super().__init__(f"Your role '{actor.role}' does not hold the permission '{permission}'; ask an administrator.")
        self.permission = permission

    def members(self) -> dict[str, Any]:
        """Return which permission is missing."""
        return {"permission": self.permission.value}


async def signed_in(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Actor:
    """Return who asks. Raises NotSignedIn."""
    if credentials is None:
        raise NotSignedIn("Log in first: this address needs the header 'Authorization: Bearer <token>'.")
    try:
        return actor_of(credentials.credentials)
    except TokenRefused as refusal:
        raise NotSignedIn(str(refusal)) from refusal


class Requires:
    """The dependency that lets only holders of one permission pass, and says so when read."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
        """Return who asks. Raises Forbidden."""
        if not may(actor.role, self.permission):
            raise Forbidden(actor, self.permission)
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
MayReadCatalog = Annotated[Actor, Depends(requires(Permission.CATALOG_READ))]
MayEditCatalog = Annotated[Actor, Depends(requires(Permission.CATALOG_EDIT))]
MayReadTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_READ))]
MayEditTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_EDIT))]
MayPublishTemplates = Annotated[Actor, Depends(requires(Permission.TEMPLATES_PUBLISH))]
MayReadOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_READ))]
MayCreateOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_CREATE))]
MayControlOrders = Annotated[Actor, Depends(requires(Permission.ORDERS_CONTROL))]
MayReadWorkOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_READ))]
MayWorkOnOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_WORK))]
MayControlWorkOrders = Annotated[Actor, Depends(requires(Permission.WORK_ORDERS_CONTROL))]
MayReadStock = Annotated[Actor, Depends(requires(Permission.STOCK_READ))]
MayMoveStock = Annotated[Actor, Depends(requires(Permission.STOCK_MOVE))]
MayReadCommands = Annotated[Actor, Depends(requires(Permission.COMMANDS_READ))]
MayResolveCommands = Annotated[Actor, Depends(requires(Permission.COMMANDS_RESOLVE))]
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
