"""The precedence network of a template as plain integer lists: edges, order, reachability and redundancy."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.messages.templates import Fault, FaultKind, Step
from models.rules.sentences import Sentence

Neighbours = list[list[int]]


@dataclass(slots=True)
class Edges:
    """Known predecessors of each step by authored position, and what was wrong with the others.

    `sends` are the send-ahead edges: predecessor, step, good pieces.
    """

    positions: dict[str, int]
    predecessors: Neighbours
    sends: list[tuple[str, str, Decimal]]
    dangling: set[int]
    faults: list[Fault]


def read_edges(steps: Sequence[Step]) -> Edges:
    """Resolve every `after` entry to a position; duplicate keys and unknown predecessors become faults."""
    faults: list[Fault] = []
    positions = {step.key: position for position, step in enumerate(steps)}
    if len(positions) != len(steps):
        positions = _first_positions(steps, faults)
    sends = [
        (link.step, step.key, link.send_ahead) for step in steps for link in step.after if link.send_ahead is not None
    ]
    edges = Edges(positions, [], sends, set(), faults)
    append = edges.predecessors.append
    for position, step in enumerate(steps):
        try:
            append([positions[link.step] for link in step.after])
        except KeyError:
            append(_known(step, position, edges))
    return edges


def _first_positions(steps: Sequence[Step], faults: list[Fault]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for position, step in enumerate(steps):
        first = positions.setdefault(step.key, position)
        if first != position:
            text = Sentence(
                "Step key '{step}' is used twice: by step {first} and by step {second}.",
                step=step.key, first=first + 1, second=position + 1,
            )  # fmt: skip
            faults.append(Fault(kind=FaultKind.DUPLICATE_KEY, step=step.key, message=text))
    return positions


def _known(step: Step, position: int, edges: Edges) -> list[int]:
    edges.dangling.add(position)
    for link in step.after:
        if link.step not in edges.positions:
            text = Sentence(
                "Step '{step}' comes after '{before}', which is not a step of this template.",
                step=step.key, before=link.step,
            )  # fmt: skip
            edges.faults.append(Fault(kind=FaultKind.UNKNOWN_PREDECESSOR, step=step.key, message=text))
    return [edges.positions[link.step] for link in step.after if link.step in edges.positions]


def repeat_faults(steps: Sequence[Step], predecessors: Neighbours, suspects: Iterable[int]) -> list[Fault]:
    """Return a fault for each suspected step that lists a predecessor twice."""
    faults: list[Fault] = []
    for number in sorted(suspects):
        if len(set(predecessors[number])) != len(predecessors[number]):
            text = Sentence("Step '{step}' lists the same predecessor twice.", step=steps[number].key)
            faults.append(Fault(kind=FaultKind.DUPLICATE_KEY, step=steps[number].key, message=text))
    return faults


def reverse(predecessors: Neighbours) -> Neighbours:
    """Turn predecessor lists into successor lists, each in ascending order."""
    successors: Neighbours = [[] for _ in predecessors]
    for position, befores in enumerate(predecessors):
        for before in befores:
            successors[before].append(position)
    return successors


def topological_order(predecessors: Neighbours) -> Sequence[int] | None:
    """Return the order that takes the earliest authored step among those possible, or None if there is a cycle.

    Most authors write steps in a possible order; then that very order is the answer and nothing is sorted.
    """
    if _possible_as_written(predecessors):
        return range(len(predecessors))
    successors = reverse(predecessors)
    missing = [len(befores) for befores in predecessors]
    ready = [position for position, count in enumerate(missing) if count == 0]  # ascending, therefore a heap
    order: list[int] = []
    while ready:
        position = heapq.heappop(ready)
        order.append(position)
        for after in successors[position]:
            missing[after] -= 1
            if missing[after] == 0:
                heapq.heappush(ready, after)
    return order if len(order) == len(predecessors) else None


def _possible_as_written(predecessors: Neighbours) -> bool:
    for position, befores in enumerate(predecessors):
        for before in befores:
            if before >= position:
                return False
    return True


def in_order(order: Sequence[int]) -> bool:
    """Tell whether an order is the authored one, which comes as a range and never as a list."""
    return isinstance(order, range)


def reorder(predecessors: Neighbours, order: Sequence[int]) -> Neighbours:
    """Renumber predecessor lists so that a step's number is its place in the order; each list ascends."""
    if in_order(order):
        return [befores if len(befores) < 2 else sorted(befores) for befores in predecessors]  # noqa: PLR2004
    rank = [0] * len(order)
    for place, position in enumerate(order):
        rank[position] = place
    return [sorted([rank[before] for before in predecessors[position]]) for position in order]


@dataclass(frozen=True, slots=True)
class Reach:
    """Each step with what lies behind it, as bit sets, and the edges that a longer path already implies."""

    onward: list[int]
    bits: list[int]
    redundant: set[tuple[int, int]]

    def leads_to(self, start: int, end: int) -> bool:
        """Tell whether a path runs from one step to another."""
        return start != end and self.onward[start] & self.bits[end] != 0


def reach(successors: Neighbours) -> Reach:
    """Find every redundant edge by one pass against the order; steps must be numbered in topological order.

    An edge is redundant when its target already lies behind an earlier successor. Later steps take the lower
    bits, so the sets stay as short as what lies behind them.
    """
    size = len(successors)
    bits = [1 << (size - 1 - number) for number in range(size)]
    onward = [0] * size
    redundant: set[tuple[int, int]] = set()
    for number in range(size - 1, -1, -1):
        reached = 0
        for after in successors[number]:
            if reached & bits[after]:
                redundant.add((number, after))
            else:
                reached |= onward[after]
        onward[number] = reached | bits[number]
    return Reach(onward, bits, redundant)


def islands(predecessors: Neighbours, successors: Neighbours) -> list[list[int]]:
    """Return the groups of steps that no edge joins to the main one: the largest, or the first of equals."""
    seen = [False] * len(predecessors)
    groups: list[list[int]] = []
    for start in range(len(predecessors)):
        if seen[start]:
            continue
        seen[start] = True
        group = [start]
        for position in group:
            for neighbour in (*predecessors[position], *successors[position]):
                if not seen[neighbour]:
                    seen[neighbour] = True
                    group.append(neighbour)
        groups.append(sorted(group))
    main = max(groups, key=len)
    return [group for group in groups if group is not main]
