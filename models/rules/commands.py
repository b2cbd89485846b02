"""The fates a command can have, and the named reasons for which one is refused."""

from dataclasses import dataclass
from enum import StrEnum


class CommandState(StrEnum):
    """What became of a command."""

    PENDING = "PENDING"
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"


class Door(StrEnum):
    """How a command came in: a person waiting for the answer, or a queue and a machine that do not."""

    UPDATE = "update"
    SIGNAL = "signal"


class RefusalKind(StrEnum):
    """Why a command was refused; wire names are permanent."""

    WRONG_STATE = "wrong-state"
    STALE_ATTEMPT = "stale-attempt"
    NO_SUCH_STEP = "no-such-step"
    ON_HOLD = "on-hold"
    NOT_ON_HOLD = "not-on-hold"
    NOT_OPTIONAL = "not-optional"
    PREDECESSOR_OPEN = "predecessor-open"
    PIECES_DO_NOT_ADD_UP = "pieces-do-not-add-up"
    NOT_COUNTABLE = "not-countable"
    NOTHING_TO_REWORK = "nothing-to-rework"
    NOT_AN_ANCESTOR = "not-an-ancestor"
    PIECES_MOVED_ON = "pieces-moved-on"
    JOB_CLOSED = "job-closed"
    STOCK_SHORT = "stock-short"
    NOT_YOURS = "not-yours"
    NOT_QUALIFIED = "not-qualified"
    DATA_MISSING = "data-missing"
    DATA_OUT_OF_LIMITS = "data-out-of-limits"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_PART = "unknown-part"
    UNKNOWN_PERSON = "unknown-person"
    UNKNOWN_FILE = "unknown-file"
    BAD_TIME = "bad-time"
    CANNOT_BE_STORED = "cannot-be-stored"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command was refused, in one sentence for the person who meets it."""

    kind: RefusalKind
    detail: str
