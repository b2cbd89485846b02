"""What placing an order sets off."""

import asyncio
from uuid import UUID

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from models.connections.postgres import begin
from models.connections.settings import settings
from models.messages.orders import OrderInput
from models.records import orders
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
