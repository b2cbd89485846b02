"""What holds for the whole factory, and how it looks."""

import json
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import File, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from api.deps import MayEditSettings
from api.idempotency import OnceRunner
from api.pages.frame.acting import TheAct
from api.pages.frame.asking import checked
from api.pages.frame.faults import WRONG, faults_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.branding import BrandDraft
from models.messages.tenants import SettingsDraft
from models.records import branding, tenants
from models.records.refusals import Refusal
from models.rules.branding import accent_for
from models.rules.logos import LARGEST_BYTES

router = pages("settings")
_SAVED, _MAILED = (
    marked("Saved."),
    marked("A test mail to %(to)s is on its way; its fate shows in the system's health."),
)
_OWN_ACCENT = "#0b5cad"


class SettingsForm(BaseModel):
    """The factory's settings as the form sends them."""

    version: int = 0
    language: str = ""
    time_zone: str = ""
    currency: str = ""
    audit_keep_days: str = ""
    second_factor_required: bool = False


class BrandForm(BaseModel):
    """How the factory wants to look, as the form sends it; the colour counts only where it is wanted."""

    version: int = 0
    name: str = ""
    accent: str = ""
    own_colour: bool = False


@router.get("/settings")
def get_settings_page(screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show the settings."""
    return _settings(screen, actor)


@router.post("/settings")
def post_settings(screen: TheScreen, actor: MayEditSettings, form: Annotated[SettingsForm, Form()]) -> Response:
    """Change the settings; what is wrong is told at its field."""
    wanted = {name: value for name, value in form.model_dump(exclude={"version"}).items() if value not in ("", None)}
    try:
        draft = checked(SettingsDraft, wanted | {"currency": form.currency.strip().upper() or None})
        with begin(actor.sight) as session:
            tenants.change_settings(session, actor, draft, form.version)
    except WRONG as fault:
        return _settings(screen, actor, form.model_dump(), faults_of(screen, fault))
    return screen.go("/settings", said=screen.words(_SAVED))


@router.post("/settings/test-mail")
def post_test_mail(request: Request, screen: TheScreen, actor: MayEditSettings, form: TheAct) -> RedirectResponse:
    """Send a mail to oneself, once per press."""
    once = OnceRunner(request, actor, form.key)
    try:
        answer = once(None, lambda session: tenants.post_test(session, actor), status=202)
    except Refusal as refusal:
        return screen.go("/settings", said=screen.why(refusal), kind="bad")
    return screen.go("/settings", said=screen.words(_MAILED, to=json.loads(bytes(answer.body))["to"]))


@router.get("/branding")
def get_branding(screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show how the factory looks."""
    return _branding(screen, actor)


@router.post("/branding")
def post_branding(screen: TheScreen, actor: MayEditSettings, form: Annotated[BrandForm, Form()]) -> Response:
    """Change name and colour."""
    wanted = {"name": form.name.strip() or None, "accent": form.accent if form.own_colour else None}
    try:
        with begin(actor.sight) as session:
            branding.change_brand(session, actor, checked(BrandDraft, wanted), form.version)
    except WRONG as fault:
        return _branding(screen, actor, faults_of(screen, fault))
    return screen.go("/branding", said=screen.words(_SAVED))


@router.post("/branding/logo")
def post_logo(
    screen: TheScreen, actor: MayEditSettings, logo: Annotated[bytes, File(max_length=LARGEST_BYTES)] = b""
) -> Response:
    """Show a picture as the factory's logo."""
    try:
        with begin(actor.sight) as session:
            branding.put_logo(session, actor, logo)
    except Refusal as refusal:
        return _branding(screen, actor, {"logo": screen.why(refusal)})
    return screen.go("/branding", said=screen.words(_SAVED))


@router.post("/branding/logo/remove")
def post_no_logo(screen: TheScreen, actor: MayEditSettings) -> RedirectResponse:
    """Show FactoryOS's own sign again."""
    with begin(actor.sight) as session:
        branding.drop_logo(session, actor)
    return screen.go("/branding", said=screen.words(_SAVED))


def _settings(
    screen: Screen, actor: Actor, form: dict[str, Any] | None = None, faults: dict[str, str] | None = None
) -> HTMLResponse:
    with read(actor.sight) as session:
        present = tenants.settings(session, actor.tenant_id)
    server = urlsplit(settings().smtp_url.get_secret_value())
    mail = {
        "host": server.hostname or "—",
        "port": server.port,
        "scheme": server.scheme,
        "sender": settings().factoryos_mail_from,
    }
    shown = form or present.model_dump()
    return screen.show(
        "system/settings.html", 422 if faults else 200, form=shown, version=present.row_version, mail=mail,
        faults=faults or {},
    )  # fmt: skip


def _branding(screen: Screen, actor: Actor, faults: dict[str, str] | None = None) -> HTMLResponse:
    with read(actor.sight) as session:
        brand = branding.brand(session, actor.tenant_id)
    chosen = brand.accent or _OWN_ACCENT
    made = {theme: accent_for(chosen, theme) for theme in ("light", "dark")}
    return screen.show(
        "system/branding.html", 422 if faults else 200, brand=brand, chosen=chosen, made=made, faults=faults or {}
    )
