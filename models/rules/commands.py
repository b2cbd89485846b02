"""The fates a command can have, and the named reasons for which one is refused."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from models.rules.sentences import Sentence


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
    NO_LONGER_ALLOWED = "no-longer-allowed"
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
    """Why a command was refused, in one sentence for the person who meets it.

    Where the sentence names something, `pattern` is what it was made of, `named` the names, and `terms` words of it
    that other languages have words of their own for.
    """

    kind: RefusalKind
    detail: str
    pattern: str = field(default="", compare=False)
    named: dict[str, str] = field(default_factory=dict, compare=False)
    terms: dict[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def saying(cls, kind: RefusalKind, words: str) -> Self:
        """Return a refusal in some words, with what a Sentence was made of."""
        if not isinstance(words, Sentence):
            return cls(kind, words)
        named = {name: str(value) for name, value in words.values.items() if not isinstance(value, Sentence)}
        terms = {name: value.pattern for name, value in words.values.items() if isinstance(value, Sentence)}
        return cls(kind, str(words), words.pattern, named, terms)

    @property
    def words(self) -> Sentence:
        """The detail as the Sentence it was made as; what names nothing is its own pattern."""
        terms: dict[str, object] = {name: Sentence(term) for name, term in self.terms.items()}
        return Sentence(self.pattern or self.detail.replace("{", "{{").replace("}", "}}"), **self.named, **terms)
