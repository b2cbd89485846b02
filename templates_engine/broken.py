"""Explains a network that has no order: its cycles with their paths, and the steps that can never start.

Only broken templates come here, so networkx is imported only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.messages.templates import Fault, FaultKind, Step
from models.rules.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from templates_engine.network import Neighbours


def graph_of(predecessors: Neighbours) -> nx.DiGraph[int]:
    """Return the network as a networkx graph; nodes are authored positions."""
    import networkx as nx

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(predecessors)))
    graph.add_edges_from((before, after) for after, befores in enumerate(predecessors) for before in befores)
    return graph


def cycles(graph: nx.DiGraph[int]) -> list[list[int]]:
    """Return one real cycle per knot of steps, each from its first authored step back to that step."""
    import networkx as nx

    found: list[list[int]] = []
    for knot in sorted(nx.strongly_connected_components(graph), key=min):
        first = min(knot)
        inside = graph.subgraph(sorted(knot))
        if graph.has_edge(first, first):
            found.append([first, first])
        elif len(knot) > 1:
            came_from = dict(nx.bfs_predecessors(inside, first))
            path = [next(position for position in came_from if graph.has_edge(position, first))]
            while path[-1] != first:
                path.append(came_from[path[-1]])
            found.append([*reversed(path), first])
    return found


def explain(graph: nx.DiGraph[int], steps: Sequence[Step], dangling: set[int]) -> list[Fault]:
    """Return a fault for each cycle, and one for each step behind a cycle or behind an unknown predecessor."""
    import networkx as nx

    faults: list[Fault] = []
    stuck = set(dangling)
    for cycle in cycles(graph):
        path = tuple(steps[position].key for position in cycle)
        text = Sentence("Steps wait for each other in a circle: {path}.", path=" → ".join(path))
        faults.append(Fault(kind=FaultKind.CYCLE, step=path[0], message=text, path=path))
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1 or graph.has_edge(min(knot), min(knot)):
            stuck |= knot
    behind: set[int] = set()
    for position in stuck:
        behind |= nx.descendants(graph, position)
    for position in sorted(behind - stuck):
        key = steps[position].key
        text = Sentence("Step '{step}' can never start: it comes after steps that are broken.", step=key)
        faults.append(Fault(kind=FaultKind.UNREACHABLE, step=key, message=text))
    return faults
