"""The API's composition: nothing happens at import, `create_app()` builds it, the lifespan opens its connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api import errors, health, openapi, tracing
from api.conditional import Unchanged, unchanged
from api.live import Feed
from api.routes import (
    access,
    audit,
    boms,
    commands,
    files,
    imports,
    jobs,
    live,
    manufacturing_orders,
    orders,
    stock,
    templates,
    work_orders,
)
from api.routes.catalog import parts, products, suppliers, work_centers
from models.connections.postgres import dispose
from models.connections.temporal import connect

MAX_JSON_BYTES = 1_000_000
VERSION = "0.1.0"
ROUTERS: tuple[APIRouter, ...] = (
    access.router,
    products.router,
    parts.router,
    boms.router,
    suppliers.router,
    work_centers.router,
    templates.router,
    orders.router,
    manufacturing_orders.router,
    jobs.router,
    work_orders.router,
    commands.router,
    live.router,
    stock.router,
    imports.router,
    files.router,
    audit.router,
    health.router,
    openapi.router,
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


def create_app() -> FastAPI:
    """Return the API; reads no settings and opens no connection until it is started."""
    app = FastAPI(
        title="FactoryOS",
        summary="The manufacturing execution system for small and mid-size factories",
        version=VERSION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        max_body_size=MAX_JSON_BYTES,
    )
    app.add_middleware(tracing.Tracing)
    errors.install(app)
    app.add_exception_handler(Unchanged, unchanged)
    for router in ROUTERS:
        app.include_router(router)
    openapi.install(app)
    return app
