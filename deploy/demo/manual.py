"""The demo machine's manual read for itself, so that what the product computes is held against a second opinion.

Deliberately shares no code with the product's own reading and scaling: only the figures of the file and the documented
rules (requirement = quantity x pieces x (1 + loss), counted units rounded up to whole ones, measures to six decimals).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("pick_and_place.yaml")
_COUNTED = {"pcs", "set"}
_MINUTES_PER_HOUR = 60
_HUNDRED = Decimal(100)
Amounts = dict[str, Decimal]


@dataclass(frozen=True)
class Manual:
    """Costs in money per stock unit, rates in money per hour, times in minutes, needs in stock units per machine."""

    product: str
    steps: tuple[str, ...]
    units: dict[str, str]
    costs: Amounts
    minutes: Amounts
    rates: Amounts
    needs: dict[str, Amounts]

    def bill(self, machines: int, left_out: Iterable[str] = ()) -> Amounts:
        """Return what machines made one by one take out of stock, each step named in `left_out` left out once."""
        total: Counter[str] = Counter()
        for step in self.steps:
            for _ in range(machines):
                total.update(self.needs[step])
        for step in left_out:
            total.subtract(self.needs[step])
        return {part: Decimal(amount) for part, amount in total.items()}

    def value(self, amounts: Amounts) -> Decimal:
        """Return the money that lies in some parts."""
        return sum((amount * self.costs[part] for part, amount in amounts.items()), Decimal(0))

    def time_cost(self, worked: Iterable[tuple[str, Decimal]]) -> Decimal:
        """Return the money of minutes worked at steps; not rounded."""
        return sum((minutes * self.rates[step] for step, minutes in worked), Decimal(0)) / _MINUTES_PER_HOUR


def read_manual() -> Manual:
    """Return the demo machine's manual. Raises ValueError where the file says more than is understood here."""
    # The base loader leaves numbers as text, so nothing passes through a float.
    file = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    units = {sku: part["uom"] for sku, part in file["parts"].items()}
    hourly = {code: Decimal(center["cost_per_hour"]) for code, center in file["work_centers"].items()}
    steps = file["steps"]
    return Manual(
        product=file["product"]["sku"],
        steps=tuple(step["key"] for step in steps),
        units=units,
        costs={sku: Decimal(part["cost"].removeprefix("~")) for sku, part in file["parts"].items()},
        minutes={step["key"]: Decimal(step["setup_min"]) + Decimal(step["run_min"]) for step in steps},
        rates={step["key"]: hourly[step["work_center"]] for step in steps},
        needs={
            step["key"]: {sku: _need(line, units[sku]) for sku, line in step.get("parts", {}).items()} for step in steps
        },
    )


def _need(line: str | dict[str, Any], unit: str) -> Decimal:
    """Return what one machine needs of a part."""
    terms = {"quantity": line} if isinstance(line, str) else line
    if terms.keys() - {"quantity", "scrap_pct"}:
        raise ValueError(f"The demo's second opinion does not know {sorted(terms)}.")
    needed = Decimal(terms["quantity"]) * (1 + Decimal(terms.get("scrap_pct", "0")) / _HUNDRED)
    step = Decimal(1) if unit in _COUNTED else Decimal("0.000001")
    return (needed / step).to_integral_value(ROUND_CEILING) * step
