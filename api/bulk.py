"""One act on many orders, jobs or work orders: each under a key of its own, and the fate of each told by itself."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from uuid import UUID

from temporalio.client import Client

from api.commands import Wish, send
from api.errors import Problem
from api.steering import wishes_of_order
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.bulk import BulkResult, Fate, ManyJobs, ManyOrders, ManyWorkOrders, PrioritiseOrder
from models.messages.commands import Outcome
from models.messages.commands import Request as Ask
from models.messages.orders import ChangeOrder
from models.records import order_changes, order_views
from models.records.jobs import views as jobs
from models.records.refusals import Missing, Refusal
from models.records.work_orders import views as work_orders
from models.rules.commands import CommandState

# What is sent for one of them, or why nothing can be.
_Plan = list[Wish] | str


async def many_orders(client: Client, actor: Actor, key: str, many: ManyOrders) -> tuple[BulkResult, ...]:
    """Hold, release, cancel or prioritise some orders. Raises KeyReused."""
    ids = tuple(dict.fromkeys(many.ids))
    if isinstance(many.ask, PrioritiseOrder):
        return await asyncio.to_thread(_prioritise, actor, ids, many.ask)
    codes, plans = await asyncio.to_thread(_plans_of_orders, actor, key, ids, many.ask)
    return await _carry_out(client, actor, codes, plans)


def _prioritise(actor: Actor, ids: Collection[UUID], ask: PrioritiseOrder) -> tuple[BulkResult, ...]:
    """Change one order after the other, each in a transaction of its own; the same priority again changes nothing."""
    with read(actor.sight) as session:
        codes = order_views.codes(session, ids)
    results = []
    for identity in ids:
        try:
            with begin(actor.sight) as session:
                change = ChangeOrder(priority=ask.priority, reason=ask.reason)
                order_changes.change_order(session, actor, identity, change)
            results.append(BulkResult(id=identity, code=codes.get(identity), fate=Fate.DONE))
        except Refusal as refusal:
            results.append(_refused(identity, codes, refusal.args[0]))
    return tuple(results)


def _plans_of_orders(
    actor: Actor, key: str, ids: Collection[UUID], ask: Ask
) -> tuple[Mapping[UUID, str], dict[UUID, _Plan]]:
    with read(actor.sight) as session:
        codes = order_views.codes(session, ids)
    plans: dict[UUID, _Plan] = {}
    for identity in ids:
        try:
            plans[identity] = wishes_of_order(actor, f"{key}:{identity}", identity, ask)
        except (Refusal, Problem) as refusal:
            plans[identity] = refusal.args[0]
    return codes, plans


async def many_jobs(client: Client, actor: Actor, key: str, many: ManyJobs) -> tuple[BulkResult, ...]:
    """Hold, release or cancel some jobs. Raises KeyReused."""
    ids = tuple(dict.fromkeys(many.ids))
    codes = await asyncio.to_thread(_codes_of_jobs, actor, ids)
    plans: dict[UUID, _Plan] = {
        each: [Wish(f"{key}:{each}", many.ask, job_id=each)] if each in codes else Missing("job", each).args[0]
        for each in ids
    }
    return await _carry_out(client, actor, codes, plans)


def _codes_of_jobs(actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    with read(actor.sight) as session:
        return jobs.codes(session, ids)


async def many_work_orders(client: Client, actor: Actor, key: str, many: ManyWorkOrders) -> tuple[BulkResult, ...]:
    """Assign, hold, release, skip or cancel some work orders. Raises KeyReused."""
    ids = tuple(dict.fromkeys(many.ids))
    codes = await asyncio.to_thread(_codes_of_work_orders, actor, ids)
    plans: dict[UUID, _Plan] = {
        each: [Wish(f"{key}:{each}", many.ask, work_order_id=each)]
        if each in codes
        else Missing("work order", each).args[0]
        for each in ids
    }
    return await _carry_out(client, actor, codes, plans)


def _codes_of_work_orders(actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    with read(actor.sight) as session:
        return work_orders.codes(session, ids)


async def _carry_out(
    client: Client, actor: Actor, codes: Mapping[UUID, str], plans: Mapping[UUID, _Plan]
) -> tuple[BulkResult, ...]:
    """Send everything at once, and give each of them its own outcomes back."""
    wishes = [wish for plan in plans.values() if not isinstance(plan, str) for wish in plan]
    outcomes = iter(await send(client, actor, wishes) if wishes else ())
    return tuple(
        _refused(identity, codes, plan)
        if isinstance(plan, str)
        else _result(identity, codes, list(islice(outcomes, len(plan))))
        for identity, plan in plans.items()
    )


def _result(identity: UUID, codes: Mapping[UUID, str], outcomes: Sequence[Outcome]) -> BulkResult:
    """Put the outcomes of one together: done where anything was done, refused where all was."""
    refusals = [outcome.refusal.words for outcome in outcomes if outcome.refusal is not None]
    if any(outcome.state is CommandState.PENDING for outcome in outcomes):
        return BulkResult(id=identity, code=codes.get(identity), fate=Fate.LATER)
    if refusals and len(refusals) == len(outcomes):
        return _refused(identity, codes, refusals[0])
    return BulkResult(id=identity, code=codes.get(identity), fate=Fate.DONE)


def _refused(identity: UUID, codes: Mapping[UUID, str], detail: str) -> BulkResult:
    return BulkResult(id=identity, code=codes.get(identity), fate=Fate.REFUSED, detail=detail)
