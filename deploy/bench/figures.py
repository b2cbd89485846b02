"""What a measurement says: a ratio or a count, what it is held against, and whether it holds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `goal` is a bound from below or above; without one it is only told."""

    measure: str
    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Tell whether the goal is met; None where there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"


def table(figures: Iterable[Figure]) -> Table:
    """Return the figures as people read them."""
    verdicts = {True: "[green]pass[/]", False: "[red]fail[/]", None: ""}
    drawn = Table(title="Ratios within this run, medians of alternating pairs", title_justify="left")
    drawn.add_column("measure", no_wrap=True)
    drawn.add_column("what", overflow="fold")
    drawn.add_column("value", justify="right", no_wrap=True)
    drawn.add_column("goal", no_wrap=True)
    drawn.add_column("")
    drawn.add_column("note", overflow="fold", style="dim")
    for each in figures:
        value = f"{each.value:,.2f}".rstrip("0").rstrip(".") + (f" {each.unit}" if each.unit else "")
        drawn.add_row(each.measure, each.what, value, each.goal, verdicts[each.holds], each.note)
    return drawn


def as_json(figures: Iterable[Figure]) -> str:
    """Return the figures for programs."""
    return json.dumps(
        [
            {
                "measure": each.measure,
                "what": each.what,
                "value": round(each.value, 4),
                "unit": each.unit,
                "goal": each.goal,
                "holds": each.holds,
                "note": each.note,
            }
            for each in figures
        ],
        indent=2,
        ensure_ascii=False,
    )
