"""Starts the workflow of every order that has none yet, in case Temporal was away when it was placed."""

from temporalio.client import Client

from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.orders import OrderInput
from models.records import orders
from models.records.outbox import NO_TENANT
from workflows.launch import launch_order


def waiting() -> list[OrderInput]:
    """Return the orders, of all tenants, that nobody has launched."""
    with read(NO_TENANT) as session:
        tenants = orders.tenants_waiting(session)
    found: list[OrderInput] = []
    for tenant_id in tenants:
        with begin(tenant_id) as session:
            found += orders.not_launched(session, tenant_id)
    return found


async def launch(client: Client, order: OrderInput) -> None:
    """Start one order's workflow; a second start changes nothing. Raises RPCError when Temporal is away."""
    await launch_order(client, order, settings().factoryos_task_queue)


def mark(order: OrderInput) -> None:
    """Note that an order's workflow runs."""
    with begin(order.tenant_id) as session:
        orders.mark_launched(session, order.order_id)
