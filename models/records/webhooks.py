"""Webhooks as people edit them, and the list of what was sent to them."""

from base64 import b64encode
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.connections.outbound import AddressRefused, check, webhook_reach
from models.connections.secrets import seal
from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.webhooks import (
    DeliveryFilters,
    DeliveryView,
    WebhookDraft,
    WebhookFilters,
    WebhookMade,
    WebhookView,
)
from models.records import audit
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Unfit, found
from models.records.versioned import change, lock
from models.rules.sentences import Sentence
from models.rules.webhooks import TEST_EVENT, misnamed
from models.tables.base import utc_now
from models.tables.integrations import Webhook, WebhookDelivery

PURPOSE = "webhook"
_WHAT, _MODULE = "webhook", "integrations"
_LISTING = Listing(
    "webhooks", Webhook.id, sorts={"created_at": Webhook.created_at}, search=(Webhook.url, Webhook.description)
)
_DELIVERIES = Listing(
    "webhook_deliveries", WebhookDelivery.id, sorts={"created_at": WebhookDelivery.created_at},
    search=(WebhookDelivery.event,),
)  # fmt: skip
_END_WAITING = text("""
    UPDATE webhook_deliveries SET ended_at = now(), answer = 'The webhook was switched off.'
     WHERE webhook_id = :id AND ended_at IS NULL
""")


def check_address(url: str) -> None:
    """Refuse an address that webhooks may not call. Looks its name up: not inside a transaction. Raises Unfit."""
    try:
        check(url, webhook_reach())
    except AddressRefused as refusal:
        raise Unfit(Sentence("This address cannot be called: {why}.", why=refusal.args[0]), "/url") from refusal


def webhooks(session: Session, filters: WebhookFilters) -> Page[WebhookView]:
    """Return one page of webhooks."""
    statement = select(Webhook)
    if filters.active is not None:
        statement = statement.where(col(Webhook.active) == filters.active)

    def shown(row: Row[Any]) -> WebhookView:
        return view(row.Webhook)

    return page(session, statement, _LISTING, filters, shown)


def webhook(session: Session, identity: UUID) -> WebhookView:
    """Return one webhook. Raises Missing."""
    return view(found(_WHAT, identity, session.get(Webhook, identity)))


def create_webhook(session: Session, actor: Actor, draft: WebhookDraft) -> WebhookMade:
    """Add a webhook with a secret of its own; its address was checked before. Raises Unfit for unknown events."""
    _check_events(draft)
    secret = _new_secret()
    row = Webhook(
        id=new_id(), tenant_id=actor.tenant_id, url=draft.url, description=draft.description,
        events=list(draft.events), secret=seal(secret, PURPOSE), active=draft.active,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _tell(session, actor, "created", row)
    return WebhookMade(**view(row).model_dump(), secret=secret)


def rotate_secret(session: Session, actor: Actor, identity: UUID) -> WebhookMade:
    """Give a webhook a new secret; calls are signed with it from now on. Raises Missing."""
    row = lock(session, Webhook, _WHAT, identity)
    secret = _new_secret()
    change(session, row, {"secret": seal(secret, PURPOSE)})
    _tell(session, actor, "secret_rotated", row)
    return WebhookMade(**view(row).model_dump(), secret=secret)


def _new_secret() -> str:
    return f"whsec_{b64encode(token_bytes(32)).decode()}"


def change_webhook(session: Session, actor: Actor, identity: UUID, draft: WebhookDraft, expected: int) -> WebhookView:
    """Replace a webhook's fields; switched on again it begins without failures. Raises Missing, Stale and Unfit."""
    row = lock(session, Webhook, _WHAT, identity, expected)
    _check_events(draft)
    values = draft.model_dump() | {"events": list(draft.events)}
    if draft.active and not row.active:
        values |= {"failures": 0, "disabled_reason": None}
    return _changed(session, actor, row, values, "updated")


def deactivate_webhook(session: Session, actor: Actor, identity: UUID, expected: int) -> WebhookView:
    """Switch a webhook off; what waits for it is not sent any more. Raises Missing and Stale."""
    row = lock(session, Webhook, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def deliveries(session: Session, identity: UUID, filters: DeliveryFilters) -> Page[DeliveryView]:
    """Return one page of what was sent to a webhook or waits to be. Raises Missing."""
    found(_WHAT, identity, session.get(Webhook, identity))
    statement = select(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == identity)
    if filters.delivered is not None:
        statement = statement.where(col(WebhookDelivery.delivered) == filters.delivered)

    def shown(row: Row[Any]) -> DeliveryView:
        return _delivery_view(row.WebhookDelivery)

    return page(session, statement, _DELIVERIES, filters, shown)


def send_test(session: Session, actor: Actor, identity: UUID) -> DeliveryView:
    """Queue a harmless event for a webhook. Raises Missing, and Conflict for one that is switched off."""
    row = _active(session, identity)
    event_id, now = new_id(), utc_now()
    told = {"type": TEST_EVENT, "timestamp": now.isoformat(), "data": {"id": str(event_id), "webhook_id": str(row.id)}}
    delivery = WebhookDelivery(
        id=new_id(), tenant_id=actor.tenant_id, webhook_id=row.id, event_id=str(event_id), event=TEST_EVENT, data=told,
        created_at=now, next_at=now,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    _tell(session, actor, "tested", row)
    return _delivery_view(delivery)


def redeliver(session: Session, actor: Actor, identity: UUID) -> DeliveryView:
    """Send a delivery again under its old id, so that the receiver can tell. Raises Missing and Conflict."""
    delivery: WebhookDelivery = found(
        "delivery", identity, session.get(WebhookDelivery, identity, with_for_update=True, populate_existing=True)
    )
    receiver = _active(session, delivery.webhook_id)
    delivery.attempts, delivery.delivered, delivery.ended_at, delivery.next_at = 0, False, None, utc_now()
    session.flush()
    _tell(session, actor, "redelivered", receiver)
    return _delivery_view(delivery)


def end_waiting(session: Session, identity: UUID) -> None:
    """Give up what waits for a webhook that was switched off."""
    session.execute(_END_WAITING, {"id": identity})


def view(row: Webhook) -> WebhookView:
    """Return a webhook as lists and pages show it, without its secret."""
    return WebhookView.model_validate(row.model_dump(exclude={"tenant_id", "secret"}))


def _check_events(draft: WebhookDraft) -> None:
    for event in draft.events:
        why = misnamed(event)
        if why is not None:
            raise Unfit(why, "/events")


def _active(session: Session, identity: UUID) -> Webhook:
    row: Webhook = found(_WHAT, identity, session.get(Webhook, identity))
    if not row.active:
        raise Conflict("This webhook is switched off; switch it on first.")
    return row


def _changed(session: Session, actor: Actor, row: Webhook, values: dict[str, Any], past: str) -> WebhookView:
    if change(session, row, values):
        _tell(session, actor, past, row)
    if not row.active:
        end_waiting(session, row.id)
    return view(row)


def _tell(session: Session, actor: Actor, past: str, row: Webhook) -> None:
    """Tell the trail of a change; the address itself may hold a token of the receiver's, so only its host is told."""
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"webhooks:{past}", module=_MODULE, actor_id=actor.user_id,
        subject_id=row.id, after={"host": row.url.split("/")[2], "events": row.events, "active": row.active},
    )  # fmt: skip


def _delivery_view(row: WebhookDelivery) -> DeliveryView:
    return DeliveryView.model_validate(row.model_dump(exclude={"tenant_id", "data"}))
