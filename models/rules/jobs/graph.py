"""What a job's brain must know of its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Edge:
    """An incoming edge: the predecessor must be finished, or have made `send_ahead` good pieces."""

    step: int
    send_ahead: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """What the brain must know of a plan."""

    keys: tuple[str, ...]
    incoming: tuple[tuple[Edge, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    optional: frozenset[int]
    rework_to: Mapping[int, int]

    def loop(self, target: int, gate: int) -> tuple[int, ...]:
        """Return the steps on any path from target to gate, both included, in order; empty if there is no path."""
        reached = {target}
        for step in range(target + 1, gate + 1):
            if any(edge.step in reached for edge in self.incoming[step]):
                reached.add(step)
        if gate not in reached:
            return ()
        leading = {gate}
        for step in range(gate, target - 1, -1):
            if step in leading:
                leading.update(edge.step for edge in self.incoming[step])
        return tuple(step for step in range(target, gate + 1) if step in reached and step in leading)
