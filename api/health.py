"""Is it alive, and what of what it needs answers."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.deps import PUBLIC, MayEditSettings
from api.servers import Check, servers
from api.system_health import system_health
from models.messages.health import SystemHealth

router = APIRouter(tags=["health"])


class Readiness(BaseModel):
    """Whether requests can be served: `degraded` still serves, with audit or live work waiting."""

    status: Literal["ready", "degraded", "unavailable"]
    checks: tuple[Check, ...]


@router.get("/healthz", dependencies=[PUBLIC], summary="Is this process alive")
async def get_health() -> dict[str, str]:
    """Answer as long as the process lives."""
    return {"status": "alive"}


@router.get("/api/v1/health", summary="How the whole system is")
async def get_system_health(request: Request, actor: MayEditSettings) -> SystemHealth:
    """Return each server, the workers, the disk and what waits, the worst first, each with what to do."""
    return await system_health(request, actor)


@router.get("/readyz", dependencies=[PUBLIC], summary="Is everything there", responses={503: {"model": Readiness}})
async def get_readiness(request: Request, response: Response) -> Readiness:
    """Ask every server. 503 only without PostgreSQL: MongoDB and Temporal may be away while the floor works on."""
    checks = await servers(request)
    if not checks[0].ok:
        response.status_code = 503
        return Readiness(status="unavailable", checks=checks)
    return Readiness(status="ready" if all(check.ok for check in checks) else "degraded", checks=checks)
