from decimal import Decimal

from models.messages.base import Figure, Message


class ActualCost(Message):
    """What work has really cost so far: material from the ledger, time from the clock; minutes and money."""

    material: Decimal
    scrapped_material: Decimal
    time: Decimal
    minutes: Decimal

    @property
    def total(self) -> Decimal:
        """Material, ruined material and time together."""
        return self.material + self.scrapped_material + self.time


class CostSheet(Message):
    """Planned against actual cost of an order; the plan stays as it was at release."""

    planned_material: Figure
    planned_time: Figure
    actual_material: Figure
    actual_scrap: Figure
    actual_time: Figure
    actual_minutes: Figure
