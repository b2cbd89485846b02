"""Identity providers: a company's own log-in servers, added, changed and taken out of use."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import SecretStr

from api.deps import MayEditSettings
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.users.role_names import role_names
from api.routes.access import providers as api
from api.routes.access.oidc import own_address
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.identity_providers import ProviderDraft, ProviderFilters, ProviderView
from models.records.access import providers
from models.rules.access import Role

router = pages("identity providers")
_MADE = marked(
    "The log-in server is added. Register the address below with it, then try the button on the log-in page."
)
_SAVED = marked("Saved.")
_CLOSED = marked("Out of use: nobody logs in there any more.")


class ProviderForm(ActForm):
    """A provider as the form sends it; `active` is a box that is ticked."""

    version: int = 0
    code: str = ""
    name: str = ""
    issuer: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    default_role: str = ""
    active: bool = False


@router.get("/providers")
def list_providers(
    screen: TheScreen, actor: MayEditSettings, filters: Annotated[ProviderFilters, Depends(filters_of(ProviderFilters))]
) -> HTMLResponse:
    """Show one page of identity providers."""
    with read(actor.sight) as session:
        found = providers.providers(session, filters)
    return screen.show("providers/list.html", found=found, filters=filters)


@router.get("/providers/new")
def get_new_provider(screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show the form of a new provider."""
    return _page(screen, actor, None, {"active": True}, {})


@router.get("/providers/{provider_id}")
def get_provider(screen: TheScreen, provider_id: UUID, actor: MayEditSettings) -> HTMLResponse:
    """Show the form of a provider that is there."""
    provider = _provider(actor, provider_id)
    return _page(screen, actor, provider, provider.model_dump() | {"version": provider.row_version}, {})


@router.post("/providers")
def post_provider(
    request: Request, screen: TheScreen, actor: MayEditSettings, form: Annotated[ProviderForm, Form()]
) -> Response:
    """Add a provider once."""
    try:
        draft = checked(ProviderDraft, _wanted(form) | {"code": form.code, "issuer": form.issuer, "active": True})
        answer = api.create_identity_provider(draft, actor, OnceRunner(request, actor, form.key))
    except WRONG as fault:
        return _page(screen, actor, None, form.model_dump(), faults_of(screen, fault, "code"))
    made = json.loads(bytes(answer.body))
    return screen.go(f"/providers/{made['id']}", said=screen.words(_MADE))


@router.post("/providers/{provider_id}")
def post_provider_change(
    screen: TheScreen, provider_id: UUID, actor: MayEditSettings, form: Annotated[ProviderForm, Form()]
) -> Response:
    """Change a provider; without a secret the old one stays."""
    provider = _provider(actor, provider_id)
    fixed = {"code": provider.code, "issuer": provider.issuer, "active": form.active}
    try:
        api.put_identity_provider(
            provider_id, checked(ProviderDraft, _wanted(form) | fixed), Response(), actor, form.version
        )
    except WRONG as fault:
        return _page(screen, actor, provider, form.model_dump(), faults_of(screen, fault))
    return screen.go("/providers", said=screen.words(_SAVED))


@router.post("/providers/{provider_id}/close")
def post_provider_end(
    screen: TheScreen, provider_id: UUID, actor: MayEditSettings, form: Annotated[ProviderForm, Form()]
) -> RedirectResponse:
    """Take a provider out of use."""

    def close() -> None:
        api.deactivate_identity_provider(provider_id, Response(), actor, form.version)

    return tried(screen, "/providers", close, _CLOSED)


def _wanted(form: ProviderForm) -> dict[str, Any]:
    wanted = form.model_dump(include={"name", "client_id", "default_role"})
    secret = form.client_secret.get_secret_value()
    return {name: value for name, value in (wanted | {"client_secret": secret}).items() if value}


def _provider(actor: Actor, provider_id: UUID) -> ProviderView:
    with read(actor.sight) as session:
        return providers.provider(session, provider_id)


def _page(
    screen: Screen, actor: Actor, provider: ProviderView | None, form: dict[str, Any], faults: dict[str, str]
) -> HTMLResponse:
    """Return the form. Administrators are made by administrators, so that role is not offered."""
    with read(actor.sight) as session:
        names = role_names(screen, session)
    names.pop(Role.ADMIN.value)
    code = provider.code if provider else form.get("code") or "…"
    callback = f"{own_address(screen.request)}/api/v1/auth/oidc/{code}/callback"
    return screen.show(
        "providers/provider.html", 422 if faults else 200, provider=provider, form=form, faults=faults, roles=names,
        callback=callback,
    )  # fmt: skip
