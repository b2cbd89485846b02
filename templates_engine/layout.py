"""Places steps and routes edges with Graphviz, in this process; pygraphviz lives only here."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Edge: TypeAlias = tuple[int, int]

CARD_WIDTH, CARD_HEIGHT = 212, 62
_POINTS_PER_INCH = 72
# Graphviz is a C library with global state: one drawing at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Route:
    """A curve of cubic Bézier points and the arrow's tip."""

    points: tuple[Point, ...]
    tip: Point

    @property
    def curve(self) -> str:
        """The curve as SVG writes it, up to the tip."""
        points = [f"{x:.1f},{y:.1f}" for x, y in (*self.points, self.tip)]
        return f"M{points[0]} C{' '.join(points[1:-1])} L{points[-1]}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; pixels, y downwards, cards by their centre."""

    width: float
    height: float
    centers: tuple[Point, ...]
    routes: tuple[Route, ...]


@lru_cache(maxsize=64)
def place(count: int, forward: tuple[Edge, ...], back: tuple[Edge, ...]) -> Layout:
    """Lay out cards and edges from top to bottom; `back` edges do not pull their cards. Same input, same layout.

    Routes come in the order forward, then back. The last layouts are kept, since a live page asks again and again.
    """
    import pygraphviz

    with _one_at_a_time:
        graph = pygraphviz.AGraph(directed=True, strict=False)
        graph.graph_attr.update(rankdir="TB", nodesep="0.28", ranksep="0.42", splines="true")
        graph.node_attr.update(
            shape="box", fixedsize="true", width=CARD_WIDTH / _POINTS_PER_INCH, height=CARD_HEIGHT / _POINTS_PER_INCH
        )
        for number in range(count):
            graph.add_node(number)
        for key, (start, end) in enumerate(forward):
            graph.add_edge(start, end, key=key)
        for key, (start, end) in enumerate(back, len(forward)):
            graph.add_edge(start, end, key=key, constraint="false")
        graph.layout(prog="dot")
        _, _, width, height = _numbers(graph.graph_attr["bb"])
        centers = tuple(_flipped(graph.get_node(number).attr["pos"], height) for number in range(count))
        edges = enumerate((*forward, *back))
        routes = tuple(_route(graph.get_edge(start, end, key).attr["pos"], height) for key, (start, end) in edges)
        graph.close()
    return Layout(width, height, centers, routes)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _flipped(text: str, height: float) -> Point:
    x, y = _numbers(text)
    return x, height - y


def _route(text: str, height: float) -> Route:
    """Read Graphviz' spline: `e,x,y` is the arrow's tip, the rest are Bézier points."""
    tip, *points = text.split()
    return Route(tuple(_flipped(point, height) for point in points), _flipped(tip.removeprefix("e,"), height))
