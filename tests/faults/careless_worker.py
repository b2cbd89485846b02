"""A worker that forgets what it has done: the control that must find errors. `python careless_worker.py NAME`.

Nothing that makes a write happen once is left: no stored fates, no fence, no starting states, no keys of movements.
The test drops the unique constraints of its own database beside it.
"""

import sys
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from activities import work_orders as activity
from models.messages.commands import Applied, ApplyMoves, Outcome
from models.messages.stock import StockMove
from models.records.errors import StateSkew
from models.records.work_orders import apply as records
from models.records.work_orders.consumption import Booking
from models.records.work_orders.rows import JobRow, WorkOrderRow
from models.records.work_orders.write import Fact
from tests.faults.short_runs import renew_early
from tests.faults.slow_worker import answer_late
from worker.main import run

UNIQUE = (
    "ALTER TABLE job_events DROP CONSTRAINT job_events_pkey",
    "ALTER TABLE job_events DROP CONSTRAINT job_events_job_id_command_id_key",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_tenant_id_key_key",
    "ALTER TABLE work_orders DROP CONSTRAINT work_orders_job_id_step_index_attempt_key",
    "ALTER TABLE work_orders DROP CONSTRAINT work_orders_pieces_add_up",
    "DROP INDEX time_entries_open",
)
_asked = threading.local()


def forget() -> None:
    """Take every guard out of the write path of this process."""
    write, lock, apply, move = records.write, records.lock_job, records.apply, Booking.move
    look = records.fates_and_attempts

    def no_fates(
        session: Any, job_id: UUID, _ids: Sequence[UUID], keys: Collection[tuple[int, int]]
    ) -> tuple[dict[UUID, Outcome], dict[tuple[int, int], WorkOrderRow]]:
        return {}, look(session, job_id, (), keys)[1]

    def no_fence(session: Any, job_id: UUID) -> JobRow:
        return replace(lock(session, job_id), seq=_asked.seq)

    def no_starting_state(session: Any, fact: Fact, outcome: Outcome) -> None:
        try:
            write(session, fact, outcome)
        except StateSkew:
            return

    def no_key(self: Booking, *told: Any) -> StockMove:
        once = move(self, *told)
        return once.model_copy(update={"key": f"{once.key}:{uuid4()}"})

    def careless(session: Any, request: ApplyMoves) -> Applied:
        _asked.seq = request.seq
        return apply(session, request)

    records.fates_and_attempts, records.lock_job, records.write = no_fates, no_fence, no_starting_state
    Booking.move = no_key  # type: ignore[method-assign]
    activity.apply = careless


if __name__ == "__main__":
    renew_early()
    answer_late()
    forget()
    run(sys.argv[1])
