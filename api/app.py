"""The API's composition: nothing happens at import, `create_app()` builds it, the lifespan opens its connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api import errors, health, openapi, tracing
from api.conditional import Unchanged, unchanged
from api.live import Feed
from api.oversized import Oversized
from api.pages.all import PAGES
from api.pages.frame import offline
from api.pages.trust import routes as trust
from api.routes import (
    audit,
    boms,
    branding,
    calls,
    commands,
    figures,
    files,
    filters,
    imports,
    jobs,
    licensing,
    live,
    manufacturing_orders,
    notifications,
    orders,
    scanning,
    search,
    stock,
    templates,
    tenants,
    walls,
    webhooks,
    work_orders,
)
from api.routes.access import (
    invitations,
    keys,
    log_in,
    oidc,
    own_password,
    own_second_factor,
    pins,
    profile,
    providers,
    roles,
    sign_up,
    skills,
    stations,
    teams,
    users,
)
from api.routes.catalog import parts, products, suppliers, work_centers
from api.security_headers import SecurityHeaders
from models.connections.postgres import dispose
from models.connections.temporal import connect

MAX_JSON_BYTES = 1_000_000
VERSION = "0.1.0"
ROUTERS: tuple[APIRouter, ...] = (
    log_in.router,
    profile.router,
    users.router,
    roles.router,
    teams.router,
    skills.router,
    keys.router,
    oidc.router,
    providers.router,
    sign_up.router,
    own_password.router,
    own_second_factor.router,
    stations.router,
    pins.router,
    invitations.router,
    products.router,
    parts.router,
    boms.router,
    boms.used,
    suppliers.router,
    work_centers.router,
    templates.router,
    orders.router,
    manufacturing_orders.router,
    jobs.router,
    work_orders.router,
    commands.router,
    calls.router,
    scanning.router,
    live.router,
    stock.router,
    figures.router,
    search.router,
    notifications.router,
    imports.router,
    files.router,
    filters.router,
    files.attachments_router,
    audit.router,
    tenants.router,
    licensing.router,
    branding.router,
    walls.router,
    webhooks.router,
    webhooks.deliveries_router,
    health.router,
    openapi.router,
    trust.file_router,
    offline.router,
    *PAGES,
)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the Temporal client, which dials at its first call, and close PostgreSQL's connections at the end."""
    app.state.temporal = await connect(lazy=True)
    app.state.live = Feed()
    yield
    dispose()


def _operation_id(route: APIRoute) -> str:
    return route.name


class _Guarded(FastAPI):
    """The app, with its security headers outside even of what answers for unexpected errors."""

    def build_middleware_stack(self) -> ASGIApp:
        return SecurityHeaders(super().build_middleware_stack())


def create_app() -> FastAPI:
    """Return the API; reads no settings and opens no connection until it is started."""
    app = _Guarded(
        title="FactoryOS",
        summary="The manufacturing execution system for small and mid-size factories",
        version=VERSION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    app.add_middleware(Oversized)
    app.add_middleware(tracing.Tracing)
    errors.install(app)
    app.add_exception_handler(Unchanged, unchanged)
    for router in ROUTERS:
        app.include_router(router, max_body_size=MAX_JSON_BYTES)  # a limit of the app itself lies outside Oversized
    openapi.install(app)
    return app
