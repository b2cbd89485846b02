"""How the system is, and what to do where it is not well."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.deps import MayEditSettings
from api.pages.frame.looks import Look
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from api.system_health import findings

router = pages("health")
LOOKS = {
    "good": Look("state-running", "check", marked("Well")),
    "warn": Look("state-paused", "alert-triangle", marked("Look after it")),
    "bad": Look("state-blocked", "x", marked("Wrong")),
}
NAMES = {
    "api": (marked("Pages and API"), "activity"),
    "postgresql": (marked("PostgreSQL: all facts"), "database"),
    "migrations": (marked("The database's version"), "database"),
    "mongodb": (marked("MongoDB: audit trail and logs"), "database"),
    "temporal": (marked("Temporal: the order of work"), "route"),
    "workers": (marked("Workers"), "tools"),
    "relay": (marked("On the way to the audit trail"), "shield-lock"),
    "commands": (marked("Taps not decided yet"), "clock"),
    "mail": (marked("Mail"), "mail"),
    "webhooks": (marked("Webhooks"), "webhook"),
    "disk": (marked("Disk"), "database"),
}


@router.get("/health")
async def get_health_page(request: Request, screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show every part of the system, the worst first."""
    found = await findings(request, actor)
    return screen.show("system/health.html", found=found, looks=LOOKS, names=NAMES)


@router.get("/health/parts")
async def get_health_parts(request: Request, screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show the parts alone, for a page that is open."""
    found = await findings(request, actor)
    return screen.show("system/health_parts.html", found=found, looks=LOOKS, names=NAMES)
