"""The state machine of a work order: which action moves it from where to where."""

from enum import StrEnum


class WorkOrderState(StrEnum):
    """What the floor reads of one attempt at one step."""

    WAITING = "WAITING"
    READY = "READY"
    IN_PROGRESS = "IN_PROGRESS"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What a person or machine may ask of a work order or a whole job; wire names are permanent."""

    ASSIGN = "assign"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    REPORT = "report"
    COMPLETE = "complete"
    SKIP = "skip"
    REWORK = "rework"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"


_S, _A = WorkOrderState, Action

FINISHED = frozenset({_S.COMPLETED, _S.SKIPPED, _S.CANCELLED})
OPEN = frozenset(_S) - FINISHED
HANDS_ON = frozenset({_A.START, _A.PAUSE, _A.RESUME, _A.REPORT, _A.COMPLETE})
# Pausing needs no certificate: whoever notices that theirs has run out must be able to stop.
SKILLED = HANDS_ON - {_A.PAUSE}
JOB_ACTIONS = frozenset({_A.HOLD, _A.RELEASE, _A.CANCEL})

# HOLD and RELEASE raise and lower a flag beside the state; a running order is paused by a hold.
# REWORK leaves the attempt as it is and opens the next one.
MOVES: dict[tuple[WorkOrderState, Action], WorkOrderState] = {
    (_S.READY, _A.START): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.PAUSE): _S.PAUSED,
    (_S.PAUSED, _A.RESUME): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.REPORT): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.COMPLETE): _S.COMPLETED,
    (_S.WAITING, _A.SKIP): _S.SKIPPED,
    (_S.READY, _A.SKIP): _S.SKIPPED,
    (_S.IN_PROGRESS, _A.HOLD): _S.PAUSED,
    **{(state, _A.HOLD): state for state in (_S.WAITING, _S.READY, _S.PAUSED)},
    **{(state, _A.RELEASE): state for state in (_S.WAITING, _S.READY, _S.PAUSED)},
    **{(state, _A.ASSIGN): state for state in sorted(OPEN)},
    **{(state, _A.CANCEL): _S.CANCELLED for state in sorted(OPEN)},
    **{(state, _A.REWORK): state for state in sorted(FINISHED)},
}


def after(state: WorkOrderState, action: Action) -> WorkOrderState | None:
    """Return the state an action leads to, or None where the action is refused."""
    return MOVES.get((state, action))


def standing(state: WorkOrderState) -> int:
    """Return the place of a state in lists: what can be worked on 0, what waits for other work 1, what has ended 2."""
    return 2 if state in FINISHED else int(state is WorkOrderState.WAITING)


class WaitReason(StrEnum):
    """Why an open work order cannot move."""

    PREDECESSOR = "predecessor"
    MATERIAL = "material"
    MACHINE = "machine"
    PERSON = "person"
    HOLD = "hold"
