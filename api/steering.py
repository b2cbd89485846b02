"""Holding, releasing and cancelling a whole order: the same command for each of its jobs, and the fate of every one."""

import asyncio
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from temporalio.client import Client

from api.commands import Wish, command_id, send
from api.errors import Problem, documented
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.command_views import CommandOutcomes
from models.messages.commands import Outcome
from models.messages.commands import Request as Ask
from models.records import commands as inbox
from models.records import order_scaling, order_views, orders
from models.records.refusals import Conflict
from models.rules.commands import CommandState
from models.rules.orders import ENDED
from models.rules.sentences import Sentence

MAY_ANSWER = {
    202: {"model": CommandOutcomes, "description": "Taken; at least one job has not decided it yet"},
    **documented("not-found", "conflict", "idempotency-key-missing", "idempotency-key-reused"),
}


class StillScaling(Problem):
    """An order whose jobs are still being made: what is asked of it must reach every one of them."""

    def __init__(self, code: str, made: int, of: int) -> None:
        super().__init__(
            "conflict",
            Sentence(
                "Order {order} is still being made into jobs, {made} of {of} so far; ask again when all are there.",
                order=code,
                made=f"{made:,}",
                of=f"{of:,}",
            ),
            headers={"Retry-After": "2"},
        )
        self._made, self._of = made, of

    def members(self) -> dict[str, int]:
        """Return the progress."""
        return {"jobs_made": self._made, "jobs": self._of}


async def steer(request: Request, actor: Actor, key: str, order_id: UUID, ask: Ask) -> Response:
    """Send a command to every job of an order and answer with all fates, 202 where one is still open.

    Raises Missing, KeyReused, StillScaling, and Conflict where the order has ended.
    """
    outcomes = await every_job(request.app.state.temporal, actor, key, order_id, ask)
    undecided = any(outcome.state is CommandState.PENDING for outcome in outcomes)
    return Response(
        CommandOutcomes(outcomes=tuple(outcomes)).model_dump_json(),
        status_code=HTTPStatus.ACCEPTED if undecided else HTTPStatus.OK,
        media_type="application/json",
    )


async def every_job(client: Client, actor: Actor, key: str, order_id: UUID, ask: Ask) -> list[Outcome]:
    """Send a command to every job of an order and return all fates. Raises as `steer`."""
    wishes = await asyncio.to_thread(wishes_of_order, actor, key, order_id, ask)
    return await send(client, actor, wishes)


def wishes_of_order(actor: Actor, key: str, order_id: UUID, ask: Ask) -> list[Wish]:
    """Return one wish per job, ended ones too: a request repeated later names the same jobs and gets its answer.

    Raises Missing, StillScaling, and Conflict where the order has ended.
    """
    with read(actor.sight) as session:
        order = order_views.order(session, order_id)
        made, of = order_scaling.jobs_made(session, order_id)
        if made < of:
            raise StillScaling(order.code, made, of)
        wishes = [Wish(f"{key}:{job_id}", ask, job_id=job_id) for job_id in orders.job_ids(session, order_id)]
        asked_before = inbox.stored(session, [command_id(actor, wish.key) for wish in wishes])
        if order.status in ENDED and not asked_before:
            raise Conflict(
                Sentence("Order {order} has ended; nothing on it can be changed any more.", order=order.code)
            )
    return wishes
