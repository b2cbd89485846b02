"""Following an order from outside: who may see it is told sums of its work, and no row of that work."""

from collections.abc import Collection
from uuid import UUID

from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.orders import OrderProgressView
from models.records import order_progress, order_views


def progress_of(actor: Actor, order_id: UUID) -> OrderProgressView:
    """Return how far an order is. Raises Missing for an order the person may not see.

    The order is looked for with the person's own sight; only then is its work summed, which that sight does not reach.
    """
    with read(actor.sight) as session:
        order_views.order(session, order_id)
    with read(actor.tenant_id) as session:
        return order_progress.progress(session, order_id)


def progress_of_all(actor: Actor, order_ids: Collection[UUID]) -> dict[UUID, OrderProgressView]:
    """Return how far some orders are, those that the person may see."""
    with read(actor.sight) as session:
        seen = order_views.codes(session, order_ids)
    with read(actor.tenant_id) as session:
        return order_progress.progress_of_all(session, seen)
