"""The sentences that say why work does not move and who moves it on; pages say them in other languages."""

from enum import StrEnum

from models.rules.work_orders import WorkOrderState


class Why(StrEnum):
    """Why an open work order does not move, with names to fill in."""

    HELD = "It is on hold: {reason}"
    JOB_HELD = "The whole job is on hold: {reason}"
    BUSY = "All {count} places of {center} are busy"
    WAITS = "Waits for {steps}"
    WAITS_FOR_MANY = "Waits for {steps} and {count} more"
    NONE_CAME = "No good pieces came out of {steps}: rework it or cancel the job"
    SHORT = "Short of {part}: {needed} {uom} needed, {there} there"
    GIVEN = "It is given to {person}"
    WORKED_ON = "{person} works on it"
    PAUSED = "{person} paused it"
    IN_WORK = "Somebody works on it"
    AT_REST = "It is paused"
    UNTOUCHED = "Nobody has started it yet"


class Next(StrEnum):
    """What has to happen for it to move, and by whom."""

    DELIVERED = "What was asked of it is delivered."
    RELEASED = "A manager releases the hold."
    BEFORE = "The work before it is finished."
    RECEIVED = "An inventory manager receives the missing material."
    STARTS = "{person} starts it."
    COMPLETES = "{person} completes it."
    RESUMES = "{person} resumes it."
    SOMEBODY_STARTS = "Somebody starts it."
    SOMEBODY_COMPLETES = "Somebody completes it."
    SOMEBODY_RESUMES = "Somebody resumes it."


# By state: said of somebody, said of nobody known.
HANDS = {
    WorkOrderState.READY: (Next.STARTS, Next.SOMEBODY_STARTS),
    WorkOrderState.IN_PROGRESS: (Next.COMPLETES, Next.SOMEBODY_COMPLETES),
    WorkOrderState.PAUSED: (Next.RESUMES, Next.SOMEBODY_RESUMES),
}
AT_WORK = {
    WorkOrderState.IN_PROGRESS: (Why.WORKED_ON, Why.IN_WORK),
    WorkOrderState.PAUSED: (Why.PAUSED, Why.AT_REST),
}
