"""What is asked of a job, and what a decision about it says."""

from dataclasses import dataclass, field
from decimal import Decimal

from models.rules.commands import Refusal, RefusalKind
from models.rules.orders import Status
from models.rules.work_orders import Action, WorkOrderState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command asks of a job; `step` is None for the whole job, `good` None for all that is left."""

    action: Action
    step: int | None = None
    attempt: int = 1
    good: Decimal | None = None
    scrapped: Decimal = ZERO
    rejected: Decimal = ZERO
    quantity: Decimal | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt's move; `quantity` is set where the pieces it is given change."""

    step: int
    attempt: int
    before: WorkOrderState
    after: WorkOrderState
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A new attempt at a step.

    Of its pieces, `returned` were counted good here before and are taken back; `retrieved` had been put aside as
    rejected.
    """

    step: int
    attempt: int
    state: WorkOrderState
    quantity: Decimal
    returned: Decimal
    retrieved: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class SentBack:
    """Pieces a step sends back for rework: some had passed here as good, some had been put aside."""

    quantity: Decimal
    returned: Decimal
    retrieved: Decimal


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces an attempt has made so far."""

    good: Decimal = ZERO
    scrapped: Decimal = ZERO
    rejected: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All pieces that came out, whatever their quality."""
        return self.good + self.scrapped + self.rejected

    def __add__(self, other: "Pieces") -> "Pieces":
        return Pieces(self.good + other.good, self.scrapped + other.scrapped, self.rejected + other.rejected)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an accepted action changes, or why it is refused (then nothing changes)."""

    refusal: Refusal | None = None
    changes: tuple[Change, ...] = ()
    openings: tuple[Opening, ...] = ()
    pieces: Pieces = field(default_factory=Pieces)
    status: Status | None = None
    held: bool | None = None
    ended: bool = False


class Refused(Exception):  # noqa: N818 - named for the refusal it carries
    """An action is refused; carries the Refusal."""

    def __init__(self, kind: RefusalKind, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal.saying(kind, detail)
