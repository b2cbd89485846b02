from temporalio import activity

from models.connections.postgres import begin
from models.messages.orders import Scaled, ScaleOrder
from models.records import order_scaling

_WORK_ORDERS_AT_ONCE = 2_000  # rows per transaction: a second or two of work, so that a heartbeat follows soon


class ManufacturingOrderActivities:
    """Turns intent into commitment."""

    @activity.defn(name="manufacturing_orders.scale")
    def scale(self, request: ScaleOrder) -> Scaled:
        """Make the manufacturing order with its requirements, jobs and work orders, part by part.

        Each part is one transaction and ends with a heartbeat; after a crash the next attempt goes on from the last
        commit, because the database itself knows how many jobs there are.
        """
        while True:
            with begin(request.tenant_id) as session:
                scaled, made = order_scaling.scale(session, request.tenant_id, request.order_id, _WORK_ORDERS_AT_ONCE)
            activity.heartbeat(made)
            if made >= scaled.job_count:
                return scaled
