"""Assembles the frozen Plan from a template that has passed every check."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from models.messages.templates import (
    CatalogFacts,
    PartTotal,
    Plan,
    PlanEdge,
    PlanPart,
    PlanStep,
    PlanTotals,
    Step,
    TemplateDocument,
    WorkCenterFacts,
)
from models.rules.costs import cost_of, money
from templates_engine.construct import trusted
from templates_engine.content import content_hash
from templates_engine.critical_path import Schedule, critical_path, schedule
from templates_engine.gates import rework_loop
from templates_engine.network import Neighbours, Reach

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Checked:
    """A template without faults; every list is in topological order."""

    document: TemplateDocument
    catalog: CatalogFacts
    steps: list[Step]
    parts: list[tuple[PlanPart, ...]]
    part_totals: tuple[PartTotal, ...]
    predecessors: Neighbours
    successors: Neighbours
    network: Reach


def assemble(checked: Checked) -> Plan:
    """Return the Plan: schedule, generations, totals and content hash."""
    durations = [step.setup_minutes + step.run_minutes for step in checked.steps]
    ranks = {step.key: number for number, step in enumerate(checked.steps)}
    sends = _sends(checked.steps, ranks)
    overlaps = _overlaps(checked.steps, durations, sends)
    times = schedule(durations, checked.predecessors, checked.successors, overlaps)
    steps = _plan_steps(checked, times, ranks, sends)
    product, title = checked.document.product, checked.document.title
    return Plan(
        product=product,
        title=title,
        steps=steps,
        generations=_generations(times.generations),
        critical_path=critical_path(times, checked.predecessors, overlaps),
        parts=checked.part_totals,
        totals=_totals(checked, durations, times.end),
        content_hash=content_hash(product, title, steps, sends),
    )


def _sends(steps: Sequence[Step], ranks: dict[str, int]) -> dict[tuple[int, int], Decimal]:
    return {
        (ranks[link.step], number): link.send_ahead
        for number, step in enumerate(steps)
        for link in step.after
        if link.send_ahead is not None
    }


def _overlaps(
    steps: Sequence[Step], durations: Sequence[Decimal], sends: dict[tuple[int, int], Decimal]
) -> dict[tuple[int, int], Decimal]:
    """Return the minutes a step may start before its predecessor finishes, for one unit.

    Sending a whole unit or more ahead is finish-to-start here. Part of a unit k may go on after setup + k x run,
    yet the follower must not finish first (domain reference, critical path, send-ahead edge).
    """
    overlaps: dict[tuple[int, int], Decimal] = {}
    for (before, number), pieces in sends.items():
        if pieces < _ONE:
            left = steps[before].run_minutes * (_ONE - pieces)
            overlaps[before, number] = min(left, durations[number])
    return overlaps


def _plan_steps(
    checked: Checked, times: Schedule, ranks: dict[str, int], sends: dict[tuple[int, int], Decimal]
) -> tuple[PlanStep, ...]:
    blanks = {code: _blank(center) for code, center in checked.catalog.work_centers.items()}
    edges, parts, successors = _edges(checked, sends), checked.parts, checked.successors
    starts, finishes, generations = times.starts, times.finishes, times.generations
    latest_starts, latest_finishes, free_slacks = times.latest_starts, times.latest_finishes, times.free_slacks
    rows: list[dict[str, object]] = []
    for number, step in enumerate(checked.steps):
        authored = step.__dict__
        row = blanks[authored["work_center"]].copy()
        row.update(authored)  # what the author wrote bears the same names in the plan, all but `after`
        del row["after"]
        slack = latest_starts[number] - starts[number]
        row["index"] = number
        row["parts"] = parts[number]
        row["predecessors"] = edges[number]
        row["successors"] = tuple(successors[number])
        row["generation"] = generations[number]
        row["earliest_start"] = starts[number]
        row["earliest_finish"] = finishes[number]
        row["latest_start"] = latest_starts[number]
        row["latest_finish"] = latest_finishes[number]
        row["slack"] = slack
        row["free_slack"] = free_slacks[number]
        row["critical"] = not slack
        if authored["rework_to"] is not None:
            target = row["rework_to"] = ranks[authored["rework_to"]]
            row["rework_loop"] = rework_loop(target, number, checked.predecessors, checked.network)
        rows.append(row)
    return tuple(trusted(PlanStep, rows))


def _blank(center: WorkCenterFacts) -> dict[str, object]:
    """Return the fields of a step at this work centre, in the order of the class, with what the place decides."""
    return dict.fromkeys(PlanStep.model_fields) | {
        "work_center_id": center.id,
        "cost_per_hour": center.cost_per_hour,
        "labor_cost_per_hour": center.labor_cost_per_hour,
        "rework_loop": (),
    }


def _edges(checked: Checked, sends: dict[tuple[int, int], Decimal]) -> list[tuple[PlanEdge, ...]]:
    """Return the incoming edges of each step; plain ones are shared by all steps and all plans."""
    redundant = checked.network.redundant
    plain = _plain_edges(1 << len(checked.steps).bit_length())
    edges = [tuple([plain[before] for before in befores]) for befores in checked.predecessors]
    for before, number in redundant | sends.keys():
        special = PlanEdge(step=before, send_ahead=sends.get((before, number)), redundant=(before, number) in redundant)
        edges[number] = tuple([special if edge.step == before else edge for edge in edges[number]])
    return edges


@lru_cache(maxsize=4)
def _plain_edges(size: int) -> list[PlanEdge]:
    """Return the edge that leaves step 0, 1, 2, ...: the same in every plan, so they are made once."""
    return trusted(PlanEdge, [{"step": number, "send_ahead": None, "redundant": False} for number in range(size)])


def _generations(generation_of: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(max(generation_of) + 1)]
    for number, generation in enumerate(generation_of):
        groups[generation].append(number)
    return tuple(tuple(group) for group in groups)


def _totals(checked: Checked, durations: Sequence[Decimal], critical_minutes: Decimal) -> PlanTotals:
    """Add up minutes per work centre first: rates differ by place, so each place is priced once."""
    minutes: defaultdict[str, Decimal] = defaultdict(Decimal)
    people: defaultdict[str, Decimal] = defaultdict(Decimal)  # beyond, or short of, the usual one at the place
    for step, duration in zip(checked.steps, durations, strict=True):
        minutes[step.work_center] += duration
        if step.crew != 1:
            people[step.work_center] += duration * (step.crew - 1)
    centers = checked.catalog.work_centers
    time_cost = sum(
        (
            cost_of(spent, centers[place].cost_per_hour)
            + cost_of(spent + people[place], centers[place].labor_cost_per_hour)
            for place, spent in minutes.items()
        ),
        _ZERO,
    )
    setup = sum([step.setup_minutes for step in checked.steps], _ZERO)
    total = sum(minutes.values(), _ZERO)
    material = sum((part.cost for part in checked.part_totals), _ZERO)
    return PlanTotals(
        setup_minutes=setup,
        run_minutes=total - setup,
        person_minutes=total + sum(people.values(), _ZERO),
        critical_minutes=critical_minutes,
        material_cost=material,
        time_cost=money(time_cost),
        unit_cost=material + money(time_cost),
    )
