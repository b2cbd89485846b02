"""One order thought through: what so many pieces need, how long they take and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from models.messages.templates import PartTotal, Plan, PlanStep
from models.rules.boms import requirement
from models.rules.costs import cost_of, money
from templates_engine.critical_path import critical_path, schedule

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Load:
    """The minutes a work centre is busy with the order."""

    work_center: str
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """An order in one lot, on free work centres: minutes, money, parts, and the steps on its critical path."""

    critical_minutes: Decimal
    work_minutes: Decimal
    person_minutes: Decimal
    material_cost: Decimal
    time_cost: Decimal
    parts: tuple[PartTotal, ...]
    loads: tuple[Load, ...]
    critical_path: tuple[PlanStep, ...]


def simulate(plan: Plan, units: Decimal) -> Simulation:
    """Return what an order of `units` takes: set-up once, the rest per piece; send-ahead lets the next step begin.

    A step begins when its predecessors have made all, or as many as are sent ahead; it never ends before them.
    """
    steps = plan.steps
    durations = [step.setup_minutes + step.run_minutes * units for step in steps]
    predecessors = [[edge.step for edge in step.predecessors] for step in steps]
    successors = [list(step.successors) for step in steps]
    overlaps = _overlaps(plan, units, durations)
    times = schedule(durations, predecessors, successors, overlaps)
    parts = _parts(plan, units)
    loads: dict[str, Decimal] = {}
    for step, minutes in zip(steps, durations, strict=True):
        loads[step.work_center] = loads.get(step.work_center, _ZERO) + minutes
    time_cost = sum(
        (
            cost_of(minutes, step.cost_per_hour) + cost_of(minutes * step.crew, step.labor_cost_per_hour)
            for step, minutes in zip(steps, durations, strict=True)
        ),
        _ZERO,
    )
    return Simulation(
        critical_minutes=times.end,
        work_minutes=sum(durations, _ZERO),
        person_minutes=sum((step.crew * each for step, each in zip(steps, durations, strict=True)), _ZERO),
        material_cost=sum((part.cost for part in parts), _ZERO),
        time_cost=money(time_cost),
        parts=parts,
        loads=tuple(Load(*one) for one in sorted(loads.items(), key=lambda one: -one[1])),
        critical_path=tuple(steps[number] for number in critical_path(times, predecessors, overlaps)),
    )


def _overlaps(plan: Plan, units: Decimal, durations: list[Decimal]) -> Mapping[tuple[int, int], Decimal]:
    """Return the minutes a step may begin before its predecessor ends."""
    return {
        (edge.step, step.index): min(
            plan.steps[edge.step].run_minutes * max(units - edge.send_ahead, _ZERO), durations[step.index]
        )
        for step in plan.steps
        for edge in step.predecessors
        if edge.send_ahead is not None
    }


def _parts(plan: Plan, units: Decimal) -> tuple[PartTotal, ...]:
    totals: dict[str, PartTotal] = {}
    for step in plan.steps:
        for line in step.parts:
            needed = requirement(line, units) + (totals[line.sku].quantity if line.sku in totals else _ZERO)
            totals[line.sku] = PartTotal(
                line.part_id, line.sku, line.name, line.uom, needed, money(needed * line.unit_cost)
            )
    return tuple(totals[sku] for sku in sorted(totals))
