"""Other programs that are told what happens here: who they are, what reached them, and their secrets."""

import json
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import MayEditWebhooks, MayReadAudit
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm, TheAct
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.system.answers import answer_words
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.webhooks import DeliveryFilters, WebhookDraft, WebhookFilters
from models.records import webhooks as records
from models.records.refusals import Refusal

router = pages("webhooks")
_TESTED, _AGAIN, _SAVED = marked("A test is on its way."), marked("It is sent again."), marked("Saved.")
TheFilters = Annotated[DeliveryFilters, Depends(filters_of(DeliveryFilters))]


class WebhookForm(ActForm):
    """A webhook as the form sends it; events are separated by blanks, commas or lines."""

    url: str = ""
    description: str = ""
    events: str = ""
    active: bool = False
    version: int = 0

    def draft(self, *, active: bool) -> WebhookDraft:
        """Return what was meant. Raises RequestValidationError."""
        events = self.events.replace(",", " ").split()
        wanted = {"url": self.url.strip(), "description": self.description, "events": events, "active": active}
        return checked(WebhookDraft, wanted)


TheWebhook = Annotated[WebhookForm, Form()]


@router.get("/webhooks")
def list_webhooks_page(
    screen: TheScreen, actor: MayEditWebhooks, filters: Annotated[WebhookFilters, Depends(filters_of(WebhookFilters))]
) -> HTMLResponse:
    """Show one page of webhooks, and the form of a new one."""
    return _list(screen, actor, filters)


@router.post("/webhooks")
def post_webhook(
    request: Request, screen: TheScreen, actor: MayEditWebhooks, _reader: MayReadAudit, form: TheWebhook
) -> Response:
    """Add a webhook and show its secret, this once."""
    try:
        draft = form.draft(active=True)
        records.check_address(draft.url)
        once = OnceRunner(request, actor, form.key)
        answer = once(draft, lambda session: records.create_webhook(session, actor, draft), shown_once="secret")
    except WRONG as fault:
        return _list(screen, actor, WebhookFilters(), form, faults_of(screen, fault))
    made = json.loads(bytes(answer.body))
    return _secret(screen, UUID(made["id"]), made["secret"])


@router.get("/webhooks/{webhook_id}")
def get_webhook_page(screen: TheScreen, webhook_id: UUID, actor: MayEditWebhooks, filters: TheFilters) -> HTMLResponse:
    """Show one webhook and what was sent to it."""
    return _one(screen, actor, webhook_id, filters)


@router.post("/webhooks/{webhook_id}")
def post_webhook_change(
    screen: TheScreen, webhook_id: UUID, actor: MayEditWebhooks, _reader: MayReadAudit, form: TheWebhook
) -> Response:
    """Change a webhook; what is wrong is told at its field."""
    with read(actor.sight) as session:
        records.webhook(session, webhook_id)
    try:
        draft = form.draft(active=form.active)
        records.check_address(draft.url)
        with begin(actor.sight) as session:
            records.change_webhook(session, actor, webhook_id, draft, form.version)
    except WRONG as fault:
        return _one(screen, actor, webhook_id, DeliveryFilters(), faults_of(screen, fault))
    return screen.go(f"/webhooks/{webhook_id}", said=screen.words(_SAVED))


@router.post("/webhooks/{webhook_id}/test")
def post_webhook_test(
    request: Request, screen: TheScreen, webhook_id: UUID, actor: MayEditWebhooks, form: TheAct
) -> RedirectResponse:
    """Send the event of a test, once per press."""
    back = f"/webhooks/{webhook_id}"
    try:
        OnceRunner(request, actor, form.key)(None, lambda session: records.send_test(session, actor, webhook_id))
    except Refusal as refusal:
        return screen.go(back, said=screen.why(refusal), kind="bad")
    return screen.go(back, said=screen.words(_TESTED))


@router.post("/webhooks/{webhook_id}/rotate-secret")
def post_webhook_secret(
    request: Request, screen: TheScreen, webhook_id: UUID, actor: MayEditWebhooks, _reader: MayReadAudit, form: TheAct
) -> HTMLResponse:
    """Renew the secret and show it, this once."""
    once = OnceRunner(request, actor, form.key)
    answer = once(None, lambda session: records.rotate_secret(session, actor, webhook_id), shown_once="secret")
    return _secret(screen, webhook_id, json.loads(bytes(answer.body))["secret"])


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver")
def post_redeliver(
    screen: TheScreen, webhook_id: UUID, delivery_id: UUID, actor: MayEditWebhooks, form: TheAct
) -> RedirectResponse:
    """Send an event again under its old id, once per press."""
    back = f"/webhooks/{webhook_id}"
    try:
        OnceRunner(screen.request, actor, form.key)(
            None, lambda session: records.redeliver(session, actor, delivery_id)
        )
    except Refusal as refusal:
        return screen.go(back, said=screen.why(refusal), kind="bad")
    return screen.go(back, said=screen.words(_AGAIN))


def _list(
    screen: Screen, actor: Actor, filters: WebhookFilters, form: WebhookForm | None = None,
    faults: dict[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    with read(actor.sight) as session:
        found = records.webhooks(session, filters)
    return screen.show(
        "system/webhooks.html", 422 if faults else 200, found=found, form=form, faults=faults or {},
        answer_words=partial(answer_words, screen),
    )  # fmt: skip


def _one(
    screen: Screen, actor: Actor, webhook_id: UUID, filters: DeliveryFilters, faults: dict[str, str] | None = None
) -> HTMLResponse:
    with read(actor.sight) as session:
        hook = records.webhook(session, webhook_id)
        found = records.deliveries(session, webhook_id, filters)
    return screen.show(
        "system/webhook.html", 422 if faults else 200, hook=hook, found=found, faults=faults or {},
        answer_words=partial(answer_words, screen),
    )  # fmt: skip


def _secret(screen: Screen, webhook_id: UUID, secret: str | None) -> HTMLResponse:
    return screen.show("system/webhook_secret.html", webhook_id=webhook_id, secret=secret)
