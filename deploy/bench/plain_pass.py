"""The plain-Python pass over a template: order, reduction, both critical path passes. Oracle and yardstick."""

import heapq
from dataclasses import dataclass
from decimal import Decimal

from models.messages.templates import TemplateDocument


@dataclass(frozen=True)
class PlainPass:
    """What the pass finds, by step key."""

    order: list[str]
    redundant: set[tuple[str, str]]
    starts: dict[str, Decimal]
    latest_starts: dict[str, Decimal]
    end: Decimal


def plain_pass(document: TemplateDocument) -> PlainPass:  # noqa: C901 - one straight pass, on purpose
    """Run all passes in one function, as one would write it down first; the template must have no faults."""
    steps = document.steps
    rank = {step.key: position for position, step in enumerate(steps)}
    predecessors = [[rank[link.step] for link in step.after] for step in steps]
    successors: list[list[int]] = [[] for _ in steps]
    missing = []
    for position, befores in enumerate(predecessors):
        missing.append(len(befores))
        for before in befores:
            successors[before].append(position)
    ready = [position for position, count in enumerate(missing) if not count]
    order = []
    while ready:
        position = heapq.heappop(ready)
        order.append(position)
        for after in successors[position]:
            missing[after] -= 1
            if not missing[after]:
                heapq.heappush(ready, after)
    place = [0] * len(steps)
    for number, position in enumerate(order):
        place[position] = number
    behind, redundant = [0] * len(steps), set()
    for position in reversed(order):
        reached = 0
        for after in sorted(successors[position], key=place.__getitem__):
            if reached >> place[after] & 1:
                redundant.add((steps[position].key, steps[after].key))
            else:
                reached |= behind[after] | 1 << place[after]
        behind[position] = reached
    durations = [step.setup_minutes + step.run_minutes for step in steps]
    zero = Decimal(0)
    starts, finishes = [zero] * len(steps), [zero] * len(steps)
    for position in order:
        starts[position] = max((finishes[before] for before in predecessors[position]), default=zero)
        finishes[position] = starts[position] + durations[position]
    end = max(finishes)
    latest = [end] * len(steps)
    for position in reversed(order):
        finish = min((latest[after] for after in successors[position]), default=end)
        latest[position] = finish - durations[position]
    keys = [step.key for step in steps]
    return PlainPass(
        [keys[position] for position in order],
        redundant,
        dict(zip(keys, starts, strict=True)),
        dict(zip(keys, latest, strict=True)),
        end,
    )
