"""What a person should know: the bell's number, the panel beside the page, and the whole list."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import SignedIn
from api.pages.frame.asking import filters_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from api.pages.notifications.words import line, path_of
from models.connections.postgres import begin, read
from models.messages.notifications import NotificationFilters
from models.records import notifications as records

router = pages("notifications")
_IN_PANEL = 12
_READ = marked("All is read.")


@router.get("/notifications")
def list_notifications(
    screen: TheScreen,
    actor: SignedIn,
    filters: Annotated[NotificationFilters, Depends(filters_of(NotificationFilters))],
) -> HTMLResponse:
    """Show one page of one's notifications."""
    with read(actor.sight) as session:
        found = records.notifications(session, actor, filters)
    lines = [line(screen, view) for view in found.items]
    return screen.show("notifications/list.html", found=found, lines=lines, filters=filters)


@router.get("/notifications/bell")
def get_bell(screen: TheScreen, _actor: SignedIn) -> HTMLResponse:
    """Show the bell's number alone, for a page that is open; every page knows it."""
    return screen.show("notifications/bell.html")


@router.get("/notifications/panel")
def get_panel(screen: TheScreen, actor: SignedIn) -> HTMLResponse:
    """Show the newest ones alone, for the panel of a page that is open."""
    with read(actor.sight) as session:
        found = records.notifications(session, actor, NotificationFilters(limit=_IN_PANEL))
    return screen.show("notifications/lines.html", lines=[line(screen, view) for view in found.items])


@router.post("/notifications/read")
def post_all_read(screen: TheScreen, actor: SignedIn) -> RedirectResponse:
    """Note that all is read."""
    with begin(actor.sight) as session:
        records.mark_all_read(session, actor)
    return screen.go("/notifications", said=screen.words(_READ))


@router.post("/notifications/{notification_id}/open")
def post_open(screen: TheScreen, notification_id: UUID, actor: SignedIn) -> RedirectResponse:
    """Note that one is read, and lead to what it speaks of."""
    with begin(actor.sight) as session:
        view = records.mark_read(session, actor, notification_id)
    return screen.go(path_of(view))
