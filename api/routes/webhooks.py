from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditWebhooks, MayReadAudit
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.paging import Page
from models.messages.webhooks import (
    DeliveryFilters,
    DeliveryView,
    WebhookDraft,
    WebhookFilters,
    WebhookMade,
    WebhookView,
)
from models.records import webhooks as records

router = feature("webhooks", "/webhooks")
deliveries_router = feature("webhooks", "/webhook-deliveries")


@router.get("", summary="List webhooks", responses=documented("bad-cursor"))
def list_webhooks(
    request: Request, response: Response, actor: MayEditWebhooks, filters: Annotated[WebhookFilters, Query()]
) -> Page[WebhookView]:
    """Return one page of webhooks, without their secrets."""
    with read(actor.sight) as session:
        return linked(request, response, records.webhooks(session, filters))


@router.get("/{webhook_id}", summary="Read a webhook", responses=documented("not-found"))
def get_webhook(webhook_id: UUID, request: Request, response: Response, actor: MayEditWebhooks) -> WebhookView:
    """Return a webhook; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.webhook(session, webhook_id)
    return versioned(request, response, view)


# Whoever says where events go could read them there: so they must be allowed to read the trail itself.
@router.post(
    "", status_code=201, summary="Add a webhook", response_model=WebhookMade,
    responses=documented("idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_webhook(draft: WebhookDraft, actor: MayEditWebhooks, _reader: MayReadAudit, once: Once) -> Response:
    """Have an address told of events, by calls signed as Standard Webhooks. The answer shows the secret this once.

    The address must begin with https:// and lead to the open internet, unless the operator allowed its network.
    """
    records.check_address(draft.url)
    return once(
        draft, lambda session: records.create_webhook(session, actor, draft), status=201, location="/webhooks",
        shown_once="secret",
    )  # fmt: skip


@router.put("/{webhook_id}", summary="Change a webhook", responses=documented("not-found", "stale-version"))
def put_webhook(
    webhook_id: UUID, draft: WebhookDraft, response: Response, actor: MayEditWebhooks, _reader: MayReadAudit,
    expected: ExpectedVersion,
) -> WebhookView:  # fmt: skip
    """Replace the fields of a webhook; its secret stays. `active` switches it on again after failures."""
    with read(actor.sight) as session:
        records.webhook(session, webhook_id)  # what is not there is missing, whatever the address
    records.check_address(draft.url)
    with begin(actor.sight) as session:
        view = records.change_webhook(session, actor, webhook_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{webhook_id}", summary="Deactivate a webhook", responses=documented("not-found", "stale-version"))
def deactivate_webhook(
    webhook_id: UUID, response: Response, actor: MayEditWebhooks, expected: ExpectedVersion
) -> WebhookView:
    """Switch a webhook off; what waits for it is not sent any more."""
    with begin(actor.sight) as session:
        view = records.deactivate_webhook(session, actor, webhook_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.post(
    "/{webhook_id}/test", status_code=202, summary="Try a webhook", response_model=DeliveryView,
    responses=documented("not-found", "conflict", "idempotency-key-missing"),
)  # fmt: skip
def test_webhook(webhook_id: UUID, actor: MayEditWebhooks, once: Once) -> Response:
    """Send the event `webhooks:test`; the list of deliveries tells what came of it."""
    return once(None, lambda session: records.send_test(session, actor, webhook_id), status=202)


@router.post(
    "/{webhook_id}/rotate-secret", summary="Renew a webhook's secret", response_model=WebhookMade,
    responses=documented("not-found", "idempotency-key-missing"),
)  # fmt: skip
def rotate_webhook_secret(webhook_id: UUID, actor: MayEditWebhooks, _reader: MayReadAudit, once: Once) -> Response:
    """Sign calls with a new secret from now on; the answer shows it this once."""
    return once(None, lambda session: records.rotate_secret(session, actor, webhook_id), shown_once="secret")


@router.get(
    "/{webhook_id}/deliveries", summary="List a webhook's deliveries", responses=documented("not-found", "bad-cursor")
)
def list_deliveries(
    webhook_id: UUID, request: Request, response: Response, actor: MayEditWebhooks,
    filters: Annotated[DeliveryFilters, Query()],
) -> Page[DeliveryView]:  # fmt: skip
    """Return one page of what was sent to a webhook or waits to be, kept for thirty days."""
    with read(actor.sight) as session:
        return linked(request, response, records.deliveries(session, webhook_id, filters))


@deliveries_router.post(
    "/{delivery_id}/redeliver", status_code=202, summary="Send a delivery again", response_model=DeliveryView,
    responses=documented("not-found", "conflict", "idempotency-key-missing"),
)  # fmt: skip
def redeliver(delivery_id: UUID, actor: MayEditWebhooks, once: Once) -> Response:
    """Send an event again under its old id, whatever came of it before."""
    return once(None, lambda session: records.redeliver(session, actor, delivery_id), status=202)
