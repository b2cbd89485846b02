"""The vocabulary of the audit trail: one permanent tag for each thing that can happen."""

from models.rules.work_orders import Action

_PAST = {
    Action.ASSIGN: "assigned", Action.START: "started", Action.PAUSE: "paused", Action.RESUME: "resumed",
    Action.REPORT: "reported", Action.COMPLETE: "completed", Action.SKIP: "skipped", Action.REWORK: "reworked",
    Action.HOLD: "held", Action.RELEASE: "released", Action.CANCEL: "cancelled",
}  # fmt: skip


def tag(action: Action, *, whole_job: bool) -> str:
    """Return the audit tag of an action on a work order or a whole job, such as `work_orders:paused`."""
    return f"{'jobs' if whole_job else 'work_orders'}:{_PAST[action]}"
