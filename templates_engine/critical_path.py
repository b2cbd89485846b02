"""Critical path method over a network whose steps are numbered in topological order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from templates_engine.network import Neighbours

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Earliest and latest times of every step in minutes from the start, and each step's generation."""

    starts: list[Decimal]
    finishes: list[Decimal]
    latest_starts: list[Decimal]
    latest_finishes: list[Decimal]
    free_slacks: list[Decimal]
    generations: list[int]
    end: Decimal


def schedule(
    durations: Sequence[Decimal],
    predecessors: Neighbours,
    successors: Neighbours,
    overlaps: Mapping[tuple[int, int], Decimal],
) -> Schedule:
    """Run the forward and the backward pass (domain reference, critical path and slack).

    `overlaps` holds, for send-ahead edges only, the minutes a step may start before its predecessor finishes.
    """
    starts, finishes, generations = _forward(durations, predecessors, overlaps)
    end = max(finishes)
    latest_starts, latest_finishes, free_slacks = _backward(durations, successors, overlaps, starts, finishes, end)
    return Schedule(starts, finishes, latest_starts, latest_finishes, free_slacks, generations, end)


def _forward(
    durations: Sequence[Decimal], predecessors: Neighbours, overlaps: Mapping[tuple[int, int], Decimal]
) -> tuple[list[Decimal], list[Decimal], list[int]]:
    starts: list[Decimal] = []
    finishes: list[Decimal] = []
    generations: list[int] = []
    for number, (befores, duration) in enumerate(zip(predecessors, durations, strict=True)):
        start, generation = _ZERO, 0
        for before in befores:
            finish = finishes[before]
            if overlaps:
                finish -= overlaps.get((before, number), _ZERO)
            if finish > start:  # noqa: PLR1730 - max() takes four times as long, a hundred thousand times over
                start = finish
            if generations[before] >= generation:
                generation = generations[before] + 1
        starts.append(start)
        finishes.append(start + duration)
        generations.append(generation)
    return starts, finishes, generations


def _backward(  # noqa: PLR0913, PLR0917 - the forward pass hands over all it found
    durations: Sequence[Decimal],
    successors: Neighbours,
    overlaps: Mapping[tuple[int, int], Decimal],
    starts: list[Decimal],
    finishes: list[Decimal],
    end: Decimal,
) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    size = len(durations)
    latest_starts, latest_finishes, free_slacks = [end] * size, [end] * size, [_ZERO] * size
    for number in range(size - 1, -1, -1):
        latest = followed = end
        for after in successors[number]:
            latest_start, start = latest_starts[after], starts[after]
            if overlaps:
                overlap = overlaps.get((number, after), _ZERO)
                latest_start, start = latest_start + overlap, start + overlap
            if latest_start < latest:  # noqa: PLR1730
                latest = latest_start
            if start < followed:  # noqa: PLR1730
                followed = start
        latest_finishes[number] = latest
        latest_starts[number] = latest - durations[number]
        free_slacks[number] = followed - finishes[number]
    return latest_starts, latest_finishes, free_slacks


def critical_path(
    plan: Schedule, predecessors: Neighbours, overlaps: Mapping[tuple[int, int], Decimal]
) -> tuple[int, ...]:
    """Return one longest path, the lowest step numbers among equals, from a start to the end of the work."""
    number = plan.finishes.index(plan.end)
    path = [number]
    while predecessors[number]:
        start = plan.starts[number]
        number = next(
            before
            for before in predecessors[number]
            if plan.finishes[before] - overlaps.get((before, number), _ZERO) == start
        )
        path.append(number)
    return tuple(reversed(path))
