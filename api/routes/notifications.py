from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.deps import SignedIn
from api.errors import documented
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.notifications import NotificationFilters, NotificationView, Unread
from models.messages.paging import Page
from models.records import notifications as records

router = feature("notifications", "/notifications")


@router.get("", summary="List one's notifications", responses=documented("bad-cursor"))
def list_notifications(
    request: Request, response: Response, actor: SignedIn, filters: Annotated[NotificationFilters, Query()]
) -> Page[NotificationView]:
    """Return one page of what one should know, newest first; kept for ninety days."""
    with read(actor.sight) as session:
        return linked(request, response, records.notifications(session, actor, filters))


@router.get("/unread", summary="Count one's unread notifications")
def count_unread(actor: SignedIn) -> Unread:
    """Return how many one has not read, up to a hundred."""
    with read(actor.sight) as session:
        return records.unread(session, actor)


@router.post("/read", summary="Mark all one's notifications as read")
def read_all_notifications(actor: SignedIn) -> Unread:
    """Note that one has read all there is; doing so twice changes nothing."""
    with begin(actor.sight) as session:
        return records.mark_all_read(session, actor)


@router.post("/{notification_id}/read", summary="Mark a notification as read", responses=documented("not-found"))
def read_notification(notification_id: UUID, actor: SignedIn) -> NotificationView:
    """Note that one has read a notification of one's own; doing so twice changes nothing."""
    with begin(actor.sight) as session:
        return records.mark_read(session, actor, notification_id)
