from temporalio import activity

from models.connections.postgres import begin, read
from models.messages.orders import JobPage, JobsToStart, OrderProgress, ScaleOrder
from models.records import orders
from models.records.jobs import inputs


class OrderActivities:
    """Follows an order's jobs to their end."""

    @activity.defn(name="orders.jobs_to_start")
    def jobs_to_start(self, page: JobPage) -> JobsToStart:
        """Return the next open jobs of an order."""
        with read(page.tenant_id) as session:
            return inputs.jobs_to_start(session, page)

    @activity.defn(name="orders.conclude")
    def conclude(self, request: ScaleOrder) -> OrderProgress:
        """End the order if all its jobs have ended; tell how many have not."""
        with begin(request.tenant_id) as session:
            return orders.conclude(session, request.order_id)
