"""Webhooks: addresses of somebody else's that are told what happens here."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from models.messages.base import Id, Instant, Message, Text
from models.messages.paging import PageRequest


def _each_once(events: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(events)))


EventName = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[a-z][a-z_]*:([a-z][a-z_]*|\*)$"),
    Field(examples=["work_orders:completed", "orders:*"]),
]
WebhookUrl = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2000, pattern=r"^https?://[!-~]+$"),
    Field(examples=["https://erp.example.com/hooks/factoryos"]),
]


class WebhookDraft(Message):
    """A webhook as written: an address, and the events it wants to hear of (audit tags of accepted actions)."""

    url: WebhookUrl
    description: Text = Field("", max_length=200)
    events: Annotated[tuple[EventName, ...], AfterValidator(_each_once)] = Field(min_length=1, max_length=50)
    active: bool = True


class WebhookView(WebhookDraft):
    """A webhook as stored; `failures` counts failed calls since the last good one, fifty of them switch it off."""

    id: Id
    failures: int
    disabled_reason: str | None
    row_version: int
    created_at: Instant
    updated_at: Instant
    active: bool
    description: str


class WebhookMade(WebhookView):
    """A fresh webhook with the secret its calls are signed with; a repetition of the request is answered without it."""

    secret: str | None = Field(description="Verifies the header webhook-signature; it is never shown again")


class WebhookFilters(PageRequest):
    """How the list of webhooks is read; `q` looks in address and description."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    active: bool | None = None


class DeliveryView(Message):
    """One event on its way to one webhook; `answer` tells of the last try."""

    id: Id
    webhook_id: Id
    event_id: str
    event: str
    attempts: int
    delivered: bool
    answer: str | None
    created_at: Instant
    next_at: Instant
    ended_at: Instant | None


class DeliveryFilters(PageRequest):
    """How the list of deliveries is read; `q` looks in event names."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    delivered: bool | None = None
