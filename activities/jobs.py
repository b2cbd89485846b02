from temporalio import activity

from activities.work_orders import skewed
from models.connections.postgres import begin, read
from models.messages.jobs import FinishJob, GraphData, GraphRequest
from models.records.errors import StateSkew
from models.records.jobs import life


class JobActivities:
    """Loads a job's graph and closes its books."""

    @activity.defn(name="jobs.load_graph")
    def load_graph(self, request: GraphRequest) -> GraphData:
        """Return the graph a job is run by."""
        with read(request.tenant_id) as session:
            return life.graph(session, request)

    @activity.defn(name="jobs.finish")
    def finish(self, request: FinishJob) -> None:
        """Put finished goods into stock and end the job; a second call changes nothing."""
        try:
            with begin(request.tenant_id) as session:
                life.finish(session, request)
        except StateSkew as fault:
            raise skewed(fault) from fault
