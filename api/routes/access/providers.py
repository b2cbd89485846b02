from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditSettings
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.identity_providers import ProviderDraft, ProviderFilters, ProviderView
from models.messages.paging import Page
from models.records.access import providers as records

router = feature("identity providers", "/identity-providers")


@router.get("", summary="List identity providers", responses=documented("bad-cursor"))
def list_identity_providers(
    request: Request, response: Response, actor: MayEditSettings, filters: Annotated[ProviderFilters, Query()]
) -> Page[ProviderView]:
    """Return one page of providers, without their secrets."""
    with read(actor.sight) as session:
        return linked(request, response, records.providers(session, filters))


@router.get("/{provider_id}", summary="Read an identity provider", responses=documented("not-found"))
def get_identity_provider(
    provider_id: UUID, request: Request, response: Response, actor: MayEditSettings
) -> ProviderView:
    """Return a provider; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.provider(session, provider_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add an identity provider", response_model=ProviderView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_identity_provider(draft: ProviderDraft, actor: MayEditSettings, once: Once) -> Response:
    """Let people log in with a company's own log-in server (OpenID Connect).

    Register `<this address>/api/v1/auth/oidc/<code>/callback` with it. Who is unknown here is found by a verified
    e-mail address, or becomes `default_role`, or is refused.
    """
    records.check_issuer(draft.issuer)
    return once(
        draft, lambda session: records.create_provider(session, actor, draft), status=201,
        location="/identity-providers",
    )  # fmt: skip


@router.put(
    "/{provider_id}", summary="Change an identity provider",
    responses=documented("not-found", "stale-version", "conflict"),
)  # fmt: skip
def put_identity_provider(
    provider_id: UUID, draft: ProviderDraft, response: Response, actor: MayEditSettings, expected: ExpectedVersion
) -> ProviderView:
    """Replace the fields of a provider; without `client_secret` the old one stays."""
    with begin(actor.sight) as session:
        view = records.change_provider(session, actor, provider_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete(
    "/{provider_id}", summary="Deactivate an identity provider", responses=documented("not-found", "stale-version")
)
def deactivate_identity_provider(
    provider_id: UUID, response: Response, actor: MayEditSettings, expected: ExpectedVersion
) -> ProviderView:
    """Take a provider out of use; sessions that began there go on until they end."""
    with begin(actor.sight) as session:
        view = records.deactivate_provider(session, actor, provider_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
