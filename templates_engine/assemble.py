"""Assembles the frozen Plan from a template that has passed every check."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import add, not_, sub
from typing import Any

from models.messages.templates import (
    CatalogFacts,
    PartTotal,
    Plan,
    PlanEdge,
    PlanPart,
    PlanStep,
    PlanTotals,
    TemplateDocument,
)
from models.rules.costs import cost_of, money
from templates_engine.columns import Columns
from templates_engine.construct import trusted
from templates_engine.content import content_hash
from templates_engine.critical_path import Schedule, critical_path, schedule
from templates_engine.gates import rework_loop
from templates_engine.network import Neighbours, Reach

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Checked:
    """A template without faults; every list is in topological order, steps are numbered by it."""

    document: TemplateDocument
    catalog: CatalogFacts
    ranks: Mapping[str, int]
    columns: Columns
    sends: dict[tuple[int, int], Decimal]
    parts: list[tuple[PlanPart, ...]]
    part_totals: tuple[PartTotal, ...]
    predecessors: Neighbours
    successors: Neighbours
    network: Reach


def assemble(checked: Checked) -> Plan:
    """Return the Plan: schedule, generations, totals and content hash."""
    authored, sends = checked.columns, checked.sends
    durations = list(map(add, authored.setup_minutes, authored.run_minutes))
    overlaps = _overlaps(authored.run_minutes, durations, sends)
    times = schedule(durations, checked.predecessors, checked.successors, overlaps)
    fields = _step_fields(checked, times)
    product, title = checked.document.product, checked.document.title
    return Plan.model_construct(
        product=product,
        title=title,
        steps=trusted(PlanStep, zip(*fields.values(), strict=True)),
        generations=_generations(times.generations),
        critical_path=critical_path(times, checked.predecessors, overlaps),
        parts=checked.part_totals,
        totals=_totals(checked, durations, times.end),
        content_hash=content_hash(product, title, fields, sends),
    )


def _overlaps(
    run_minutes: Sequence[Decimal], durations: Sequence[Decimal], sends: dict[tuple[int, int], Decimal]
) -> dict[tuple[int, int], Decimal]:
    """Return the minutes a step may start before its predecessor finishes, for one unit.

    Sending a whole unit or more ahead is finish-to-start here. Part of a unit k may go on after setup + k x run,
    yet the follower must not finish first (domain reference, critical path, send-ahead edge).
    """
    overlaps: dict[tuple[int, int], Decimal] = {}
    for (before, number), pieces in sends.items():
        if pieces < _ONE:
            left = run_minutes[before] * (_ONE - pieces)
            overlaps[before, number] = min(left, durations[number])
    return overlaps


def _step_fields(checked: Checked, times: Schedule) -> dict[str, Sequence[Any]]:
    """Return the fields of all steps as columns, in the order of the class."""
    authored, centers = checked.columns, checked.catalog.work_centers
    size = len(authored.key)
    priced = {code: (place.id, place.cost_per_hour, place.labor_cost_per_hour) for code, place in centers.items()}
    place_ids, costs, labor_costs = zip(*map(priced.__getitem__, authored.work_center), strict=True)
    slacks = list(map(sub, times.latest_starts, times.starts))
    targets: list[int | None] = [None] * size
    loops: list[tuple[int, ...]] = [()] * size
    for gate, key in enumerate(authored.rework_to):
        if key is not None:
            target = targets[gate] = checked.ranks[key]
            loops[gate] = rework_loop(target, gate, checked.predecessors, checked.network)
    return {
        "index": range(size),
        "key": authored.key,
        "name": authored.name,
        "instructions": authored.instructions,
        "work_center_id": place_ids,
        "work_center": authored.work_center,
        "setup_minutes": authored.setup_minutes,
        "run_minutes": authored.run_minutes,
        "crew": authored.crew,
        "cost_per_hour": costs,
        "labor_cost_per_hour": labor_costs,
        "optional": authored.optional,
        "quality_gate": authored.quality_gate,
        "rework_to": targets,
        "rework_loop": loops,
        "parts": checked.parts,
        "data": authored.data,
        "predecessors": _edges(checked),
        "successors": list(map(tuple, checked.successors)),
        "generation": times.generations,
        "earliest_start": times.starts,
        "earliest_finish": times.finishes,
        "latest_start": times.latest_starts,
        "latest_finish": times.latest_finishes,
        "slack": slacks,
        "free_slack": times.free_slacks,
        "critical": list(map(not_, slacks)),
        "skills": authored.skills,
    }


def _edges(checked: Checked) -> list[tuple[PlanEdge, ...]]:
    """Return the incoming edges of each step; plain ones are shared by all steps and all plans."""
    redundant, sends = checked.network.redundant, checked.sends
    plain, implied = _plain_edges(1 << len(checked.predecessors).bit_length())
    edges = [[plain[before] for before in befores] for befores in checked.predecessors]
    for edge in redundant | sends.keys():
        before, number = edge
        special = PlanEdge(before, sends[edge], edge in redundant) if edge in sends else implied[before]
        edges[number][checked.predecessors[number].index(before)] = special
    return list(map(tuple, edges))


@lru_cache(maxsize=4)
def _plain_edges(size: int) -> tuple[list[PlanEdge], list[PlanEdge]]:
    """Return the edge that leaves step 0, 1, 2, ..., needed and redundant: the same in every plan, so made once."""
    return [PlanEdge(number) for number in range(size)], [PlanEdge(number, None, True) for number in range(size)]


def _generations(generation_of: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(max(generation_of) + 1)]
    for number, generation in enumerate(generation_of):
        groups[generation].append(number)
    return tuple(tuple(group) for group in groups)


def _totals(checked: Checked, durations: Sequence[Decimal], critical_minutes: Decimal) -> PlanTotals:
    """Add up minutes per work centre first: rates differ by place, so each place is priced once."""
    authored = checked.columns
    minutes: defaultdict[str, Decimal] = defaultdict(Decimal)
    people: defaultdict[str, Decimal] = defaultdict(Decimal)  # beyond, or short of, the usual one at the place
    for place, duration, crew in zip(authored.work_center, durations, authored.crew, strict=True):
        minutes[place] += duration
        if crew != 1:
            people[place] += duration * (crew - 1)
    centers = checked.catalog.work_centers
    time_cost = sum(
        (
            cost_of(spent, centers[place].cost_per_hour)
            + cost_of(spent + people[place], centers[place].labor_cost_per_hour)
            for place, spent in minutes.items()
        ),
        _ZERO,
    )
    setup = sum(authored.setup_minutes, _ZERO)
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
