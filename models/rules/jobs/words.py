"""What a refused action is told: what stands against it, and what can be done instead."""

from models.rules.sentences import Sentence
from models.rules.work_orders import Action, WorkOrderState

_S, _A = WorkOrderState, Action
DONE_TO_IT = {
    _A.ASSIGN: "assigned", _A.START: "started", _A.PAUSE: "paused", _A.RESUME: "resumed", _A.REPORT: "reported on",
    _A.COMPLETE: "completed", _A.SKIP: "skipped", _A.REWORK: "sent back for rework", _A.HOLD: "put on hold",
    _A.RELEASE: "released", _A.CANCEL: "cancelled",
}  # fmt: skip
WHERE_IT_STANDS = {
    _S.WAITING: "it waits for the work before it; finish that first.",
    _S.READY: "nobody has started it; start it first.",
    _S.IN_PROGRESS: "it is being worked on; pause, complete or cancel it.",
    _S.PAUSED: "it is paused; resume it first, or cancel it.",
    _S.COMPLETED: "it is finished; if something is wrong with it, ask for rework.",
    _S.SKIPPED: "it was skipped; if it must be done after all, ask for rework.",
    _S.CANCELLED: "it was cancelled; if it must be done after all, ask for rework.",
}


def wrong_state(state: WorkOrderState, action: Action) -> str:
    """Say why a work order in this state does not take an action."""
    return Sentence(
        "It cannot be {done}: {stands}", done=Sentence(DONE_TO_IT[action]), stands=Sentence(WHERE_IT_STANDS[state])
    )


def not_of_a_job(action: Action) -> str:
    """Say that an action is taken on work orders, not on whole jobs."""
    return Sentence("A whole job cannot be {done}; name one of its work orders.", done=Sentence(DONE_TO_IT[action]))
