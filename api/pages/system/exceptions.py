"""What came late and was refused: seen, tried again, or taken off the list."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import MayControlWorkOrders, MayReadCommands, MayResolveCommands
from api.exceptions import FINAL, retry
from api.pages.frame.acting import TheAct, told
from api.pages.frame.asking import filters_of
from api.pages.frame.looks import fact_words
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin, read
from models.messages.command_views import CommandFilters
from models.records import command_views as records
from models.records import commands
from models.records.refusals import Refusal
from models.rules.audit import tag

router = pages("exceptions")
_SEEN, _DONE = marked("It is taken off the list."), marked("It was accepted this time.")


@router.get("/exceptions")
def list_exceptions(
    screen: TheScreen, actor: MayReadCommands, filters: Annotated[CommandFilters, Depends(filters_of(CommandFilters))]
) -> HTMLResponse:
    """Show what was refused after its sender had gone on, and nobody has dealt with."""
    with read(actor.sight) as session:
        found = records.commands(session, filters.model_copy(update={"exceptions": True}))
    words = {one.id: fact_words(tag(one.action, whole_job=one.work_order_id is None)) for one in found.items}
    return screen.show("system/exceptions.html", found=found, words=words, final=FINAL)


@router.post("/exceptions/{command_id}/acknowledge")
def post_acknowledge(screen: TheScreen, command_id: UUID, actor: MayResolveCommands) -> RedirectResponse:
    """Take one off the list; doing so twice changes nothing."""
    with begin(actor.sight) as session:
        records.command(session, command_id)
        commands.acknowledge(session, command_id, actor.user_id)
    return screen.go("/exceptions", said=screen.words(_SEEN))


@router.post("/exceptions/{command_id}/retry")
async def post_retry(
    screen: TheScreen, command_id: UUID, actor: MayResolveCommands, _control: MayControlWorkOrders, form: TheAct
) -> RedirectResponse:
    """Ask once more, in one's own name, and tell what came of it."""
    try:
        outcome = await retry(screen.request.app.state.temporal, actor, command_id, form.key)
    except Refusal as refusal:
        return screen.go("/exceptions", said=screen.why(refusal), kind="bad")
    return told(screen, [outcome], "/exceptions", screen.words(_DONE))
