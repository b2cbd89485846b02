"""What came of a demo, for people and for the test that holds it to its word."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from deploy.demo.tally import Tally
from models.messages.costs import CostSheet
from models.messages.orders import OrderView
from models.messages.work_orders import JobView, WorkOrderView


@dataclass(frozen=True)
class Check:
    """One thing the demo promises; `detail` says the figures, or what differs."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True)
class StockLine:
    """One part before and after, in stock units, and where it went by the demo's own reckoning."""

    sku: str
    uom: str
    before: Decimal
    planned: Decimal
    reworked: Decimal
    ruined: Decimal
    left_out: Decimal
    after: Decimal

    @property
    def expected(self) -> Decimal:
        """What must be there: before, less the plan, rework and ruin, plus what a skipped step did not take."""
        return self.before - self.planned - self.reworked - self.ruined + self.left_out

    @property
    def remarkable(self) -> bool:
        """Whether more happened to it than the plan said."""
        return bool(self.reworked or self.ruined or self.left_out) or self.after != self.expected


@dataclass(frozen=True)
class Killed:
    """A worker killed and brought back: its process ids, and how often the supervisor saw it die."""

    name: str
    before: int
    after: int
    deaths: int
    at_action: int


@dataclass(frozen=True)
class Found:
    """What the API says when all is done."""

    order: OrderView
    jobs: tuple[JobView, ...]
    work_orders: tuple[WorkOrderView, ...]
    stock: tuple[StockLine, ...]
    finished_before: Decimal
    finished_after: Decimal
    costs: CostSheet
    audited: frozenset[UUID]
    ledger_entries: int
    ledger_faults: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything a demo found. `seconds` are wall time by act."""

    found: Found
    tally: Tally
    killed: Killed
    checks: tuple[Check, ...]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return all(check.holds for check in self.checks)
