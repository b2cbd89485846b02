"""The two activities around a work order's wait for its operator: it is opened, then what was done is applied."""

from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from models.connections.postgres import begin
from models.messages.commands import Applied, ApplyMoves, Move
from models.messages.jobs import OpenWorkOrders
from models.records.errors import StateSkew
from models.records.jobs import life
from models.records.work_orders.apply import apply
from models.rules.commands import Refusal, RefusalKind
from models.rules.jobs import Decision

_UNSTORABLE = (DataError, IntegrityError, ValidationError)  # a figure too large for its column, or for its message


def skewed(fault: StateSkew) -> ApplicationError:
    """Return the error that ends a workflow which the database has overtaken; retrying cannot help."""
    return ApplicationError(str(fault), type=StateSkew.__name__, non_retryable=True)


class WorkOrderActivities:
    """Writes what happens to work orders. Every method may be called again with the same argument."""

    @activity.defn(name="work_orders.open")
    def open(self, request: OpenWorkOrders) -> int:
        """Make a job's first work orders ready; returns the job's fact number."""
        try:
            with begin(request.tenant_id) as session:
                return life.open_work_orders(session, request)
        except StateSkew as fault:
            raise skewed(fault) from fault

    @activity.defn(name="work_orders.apply")
    def apply(self, request: ApplyMoves) -> Applied:
        """Write a batch of moves; returns the fates of the first ones, see Applied."""
        try:
            return self._apply_storable(request)
        except StateSkew as fault:
            raise skewed(fault) from fault

    def _apply_storable(self, request: ApplyMoves) -> Applied:
        try:
            return self._apply(request)
        except _UNSTORABLE:
            # One move holds what no column can; the first is tried alone, and refused if it is the one.
            return self._apply_first(request)

    def _apply(self, request: ApplyMoves) -> Applied:
        with begin(request.tenant_id) as session:
            return apply(session, request)

    def _apply_first(self, request: ApplyMoves) -> Applied:
        first = request.moves[0]
        try:
            return self._apply(request.model_copy(update={"moves": (first,)}))
        except _UNSTORABLE as fault:
            activity.logger.warning("Command %s cannot be stored", first.command.id, exc_info=fault)
            detail = "The database cannot hold these values; check numbers and codes for their size."
            refused = Decision(refusal=Refusal(RefusalKind.CANNOT_BE_STORED, detail))
            return self._apply(request.model_copy(update={"moves": (Move(command=first.command, decision=refused),)}))
