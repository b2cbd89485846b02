from decimal import Decimal

from pydantic import Field

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
    """Planned against actual cost of an order, as money; the plan stays as it was at release.

    What scrapped and rejected pieces took stands in `actual_material` and `actual_time`: the good pieces bear it.
    """

    planned_material: Figure
    planned_time: Figure
    actual_material: Figure = Field(description="Parts used, those of scrapped pieces too")
    actual_scrap: Figure = Field(description="Parts ruined before they were used, beside `actual_material`")
    actual_time: Figure = Field(description="Work centres and people, the time spent on scrapped pieces too")
    actual_minutes: Figure
