"""The product's worker with a slow way back from the database and short runs: kills hit between commit and report.

`python slow_worker.py NAME`. FAULTS_ANSWER_SECONDS delays what an activity reports, FAULTS_EVENTS_PER_RUN renews runs.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from activities.work_orders import WorkOrderActivities
from tests.faults.short_runs import renew_early
from worker.main import run


def answer_late() -> None:
    """Let what is written be reported late, as over a bad line."""
    seconds = float(os.environ.get("FAULTS_ANSWER_SECONDS", "0"))
    at_once: Callable[..., Any] = WorkOrderActivities._apply  # noqa: SLF001

    def late(self: WorkOrderActivities, request: Any) -> Any:
        applied = at_once(self, request)
        time.sleep(seconds)
        return applied

    WorkOrderActivities._apply = late  # type: ignore[method-assign] # noqa: SLF001


if __name__ == "__main__":
    renew_early()
    answer_late()
    run(sys.argv[1])
