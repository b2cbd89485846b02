"""What placing and steering a whole order sets off."""

import asyncio
from uuid import UUID

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from api.commands import Wish, queue
from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.commands import Outcome, Request
from models.messages.orders import OrderInput
from models.records import order_views, orders
from models.records.refusals import Conflict
from models.rules.orders import ENDED
from workflows.launch import launch_order

_log = structlog.get_logger("api.launching")


async def launch_now(client: Client, tenant_id: UUID) -> None:
    """Start the workflows of orders just placed; where Temporal is away, a relay starts them when it is back."""
    try:
        async with asyncio.timeout(settings().factoryos_update_seconds):
            for order in await asyncio.to_thread(_waiting, tenant_id):
                await launch_order(client, order, settings().factoryos_task_queue)
                await asyncio.to_thread(_mark, tenant_id, order.order_id)
    except (RPCError, TimeoutError, RuntimeError) as fault:
        _log.warning("orders wait for Temporal", fault=str(fault))


def _waiting(tenant_id: UUID) -> list[OrderInput]:
    with begin(tenant_id) as session:
        return list(orders.not_launched(session, tenant_id))


def _mark(tenant_id: UUID, order_id: UUID) -> None:
    with begin(tenant_id) as session:
        orders.mark_launched(session, order_id)


def for_every_job(actor: Actor, key: str, order_id: UUID, ask: Request) -> tuple[Outcome, ...]:
    """Queue the same command for every open job of an order, each once under this key.

    Raises Missing, and Conflict while the order is still being scaled or has ended.
    """
    with read(actor.tenant_id) as session:
        order = order_views.order(session, order_id)
        if order.status in ENDED:
            raise Conflict(f"Order {order.code} has ended; nothing on it can be changed any more.")
        if not orders.is_scaled(session, order_id):
            raise Conflict(f"Order {order.code} is still being made into jobs; try again in a moment.")
        job_ids = orders.open_jobs(session, order_id)
    wishes = [Wish(f"{key}:{job_id}", ask, job_id=job_id) for job_id in job_ids]
    return tuple(queue(actor, wishes)) if wishes else ()
