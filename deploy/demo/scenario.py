"""What happens in the demo beside plain good work. The checks expect exactly this."""

from dataclasses import dataclass
from decimal import Decimal

MACHINES = 3
STOCKED_MACHINES = 5  # received before the work begins: enough for three, the rework and what is ruined
MANAGER, STOREKEEPER = "maria", "ivan"
TECHNICIANS = ("tom", "lena", "yusuf")


@dataclass(frozen=True)
class Used:
    """A part that rework really uses, and how much of it is ruined before use; in stock units."""

    part: str
    quantity: Decimal
    scrapped: Decimal = Decimal(0)


@dataclass(frozen=True)
class Setback:
    """One quality gate of one job rejects the machine once; the steps from `back_to` on are done again."""

    lot: int = 2
    gate: str = "motor-check"
    back_to: str = "wiring"
    reason: str = "The Y axis runs the wrong way round"
    failing: tuple[tuple[str, bool], ...] = (("homed", False), ("nozzle_turns", True))
    used: tuple[Used, ...] = (Used("HARNESS-SET", Decimal(1)), Used("ZIP-TIE", Decimal(5), scrapped=Decimal(2)))


@dataclass(frozen=True)
class LeftOut:
    """One optional step of one job is skipped by the manager."""

    lot: int = 3
    step: str = "nozzle-rack"
    reason: str = "Sold without automatic nozzle change"


SETBACK, LEFT_OUT = Setback(), LeftOut()
