import asyncio
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from api import cookies
from api.deps import PUBLIC
from api.errors import documented
from api.oidc_state import Journey, begin_journey, forget, remember, remembered
from api.routes.access.log_in import LIMITED, factory_of
from api.routing import feature
from models.connections.oidc import NotProven, Registration, address_to_log_in, identity
from models.connections.outbound import issuer_reach
from models.connections.postgres import begin, read
from models.connections.secrets import same
from models.connections.settings import settings
from models.messages.identity_providers import Claims, OfferedProviders
from models.records.access import log_in as records
from models.records.access.identities import person_of
from models.records.access.providers import offered, to_log_in_with
from models.records.access.sessions import Opened
from models.records.refusals import Missing
from models.rules.addresses import is_local_path
from models.rules.tenants import tenant_named
from models.tables.access.credentials import IdentityProvider

router = feature("access", "/auth")
Tenant = Annotated[str | None, Query(max_length=64, description="Short name of the factory", examples=["demo"])]
ProviderCode = Annotated[str, Path(max_length=64)]


def _local(path: str) -> str:
    if not is_local_path(path):
        raise ValueError("must be a path of FactoryOS itself, such as /jobs")
    return path


@router.get("/providers", summary="Where one may log in besides here", dependencies=[PUBLIC])
def list_providers(request: Request, tenant: Tenant = None) -> OfferedProviders:
    """Return a factory's log-in servers by code and name; none for a factory that does not exist."""
    tenant_id = factory_of(request, tenant)
    if tenant_id is None:
        return OfferedProviders(items=())
    with read(tenant_id) as session:
        return offered(session)


@router.get(
    "/oidc/{code}/start", summary="Log in elsewhere", dependencies=LIMITED, status_code=303,
    response_class=RedirectResponse, responses=documented("not-found", "log-in-server-away", "too-many-requests"),
)  # fmt: skip
async def start_oidc(
    code: ProviderCode, request: Request, tenant: Tenant = None,
    following: Annotated[str, Query(alias="next", max_length=500), AfterValidator(_local)] = "/",
) -> RedirectResponse:  # fmt: skip
    """Send the browser to a company's log-in server; afterwards it comes back here and goes to `next`."""
    tenant_id = await asyncio.to_thread(factory_of, request, tenant)
    if tenant_id is None:
        raise Missing("factory", tenant or "")
    registration, _ = await asyncio.to_thread(_registration, request, tenant_id, code)
    journey = begin_journey(tenant_id, code, following)
    address = await address_to_log_in(registration, journey.secrets, issuer_reach())
    response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
    remember(request, response, journey)
    return response


@router.get(
    "/oidc/{code}/callback", summary="Come back from a log-in elsewhere", dependencies=LIMITED, status_code=303,
    response_class=RedirectResponse,
    responses=documented(
        "not-found", "log-in-not-proven", "log-in-server-away", "not-known-here", "too-many-requests"
    ),
)  # fmt: skip
async def finish_oidc(
    code: ProviderCode, request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    granted: Annotated[str | None, Query(alias="code", max_length=4000)] = None,
    issuer: Annotated[str | None, Query(alias="iss", max_length=2000)] = None,
) -> RedirectResponse:  # fmt: skip
    """Open a browser session for whoever the log-in server vouches for."""
    journey = _journey(request, code, state)
    if granted is None:
        raise NotProven("The log-in server did not let you in; try again, or log in with your password.")
    registration, provider = await asyncio.to_thread(_registration, request, UUID(journey.tenant_id), code)
    if issuer is not None and issuer != registration.issuer:
        raise NotProven("This answer comes from another log-in server; log in again.")
    told = await identity(registration, granted, journey.secrets, issuer_reach())
    opened = await asyncio.to_thread(_come_in, provider, Claims.of(told))
    response = RedirectResponse(journey.next, status_code=303, headers={"Cache-Control": "no-store"})
    forget(request, response)
    cookies.set_cookie(request, response, opened)
    return response


def _journey(request: Request, code: str, state: str) -> Journey:
    """Return the journey this browser set out on. Raises NotProven for another browser's, or none."""
    journey = remembered(request)
    if journey is None or journey.code != code or not same(journey.state, state):
        raise NotProven("This log-in was not begun in this browser, or took too long; log in again.")
    return journey


def _registration(request: Request, tenant_id: UUID, code: str) -> tuple[Registration, IdentityProvider]:
    with read(tenant_id) as session:
        row, secret = to_log_in_with(session, code)
    redirect_uri = f"{own_address(request)}/api/v1/auth/oidc/{code}/callback"
    return Registration(row.issuer, row.client_id, secret, redirect_uri), row


def own_address(request: Request) -> str:
    """Return where the browser reaches us: the public address, except at a factory's own subdomain."""
    public = settings().factoryos_public_url.rstrip("/")
    own_subdomain = tenant_named(request.url.hostname or "", settings().factoryos_domain) is not None
    return public if public and not own_subdomain else str(request.base_url).rstrip("/")


def _come_in(provider: IdentityProvider, claims: Claims) -> Opened:
    life = timedelta(hours=settings().factoryos_shift_hours)
    with begin(provider.tenant_id) as session:
        person = person_of(session, provider, claims)
        return records.come_in(session, person, kind="browser", life=life, factor="oidc")
