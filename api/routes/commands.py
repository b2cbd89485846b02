import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.acting import CommandKey
from api.commands import Wish, queue, send
from api.deps import MayControlWorkOrders, MayReadOwnCommands, MayResolveCommands, MayWorkOnOrders, require
from api.errors import documented
from api.exceptions import retry
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.command_views import CommandBatch, CommandFilters, CommandOutcomes, CommandView, QueuedCommand
from models.messages.commands import Outcome
from models.messages.paging import Page
from models.records import command_views as records
from models.records import commands as inbox
from models.records.refusals import Conflict
from models.rules.access import TO_DO, Permission, may_ask
from models.rules.work_orders import HANDS_ON

router = feature("commands", "/commands")


@router.get("", summary="List commands", responses=documented("bad-cursor"))
def list_commands(
    request: Request, response: Response, actor: MayReadOwnCommands, filters: Annotated[CommandFilters, Query()]
) -> Page[CommandView]:
    """Return one page of commands; `exceptions=true` keeps the queued ones that were refused and nobody has seen."""
    with read(actor.sight) as session:
        return linked(request, response, records.commands(session, filters))


@router.post("", summary="Send several commands", responses=documented("forbidden", "not-found", "conflict"))
async def send_commands(request: Request, batch: CommandBatch, actor: MayWorkOnOrders) -> CommandOutcomes:
    """Send up to 50 commands in one request, each with its own key and its own fate.

    With `wait` false they are taken as a queue delivers them: late, from a tablet that was offline or from a machine;
    what is then refused shows in the list of exceptions.
    """
    _check(actor, batch)
    wishes = [_wish(item) for item in batch.commands]
    if not batch.wait:
        return CommandOutcomes(outcomes=tuple(await asyncio.to_thread(queue, actor, wishes)))
    return CommandOutcomes(outcomes=tuple(await send(request.app.state.temporal, actor, wishes)))


def _check(actor: Actor, batch: CommandBatch) -> None:
    """Raise Forbidden where somebody may not do all that they ask; hands are never laid on a whole job."""
    for item in batch.commands:
        action = item.request.action
        on_whole_job = item.job_id is not None and action in HANDS_ON
        if on_whole_job or not may_ask(actor.permissions, action):
            require(actor, Permission.WORK_ORDERS_CONTROL if on_whole_job else TO_DO[action])


def _wish(item: QueuedCommand) -> Wish:
    return Wish(item.key, item.request, item.work_order_id, item.job_id, item.occurred_at)


@router.get("/{command_id}", summary="Get a command", responses=documented("not-found"))
def get_command(command_id: UUID, actor: MayReadOwnCommands) -> CommandView:
    """Return what became of a command."""
    with read(actor.sight) as session:
        return records.command(session, command_id)


@router.post(
    "/{command_id}/acknowledge", summary="Take off the exceptions list", responses=documented("not-found", "conflict")
)
def acknowledge_command(command_id: UUID, actor: MayResolveCommands) -> CommandView:
    """Note that somebody has seen a refused command and dealt with it; doing so twice changes nothing."""
    with begin(actor.sight) as session:
        before = records.command(session, command_id)
        if before.acknowledged_at is None and not inbox.acknowledge(session, command_id, actor.user_id):
            raise Conflict("Only a refused command can be taken off the exceptions list.")
        return records.command(session, command_id)


@router.post(
    "/{command_id}/retry", summary="Try a refused command again", responses=documented("not-found", "conflict")
)
async def retry_command(
    request: Request, command_id: UUID, actor: MayResolveCommands, _control: MayControlWorkOrders, key: CommandKey
) -> Outcome:
    """Ask once more, in one's own name and now, what came late and was refused; accepted, it leaves the exceptions."""
    return await retry(request.app.state.temporal, actor, command_id, key)
