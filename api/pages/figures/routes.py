"""The factory in numbers, without a name: for those who see nothing else, and for the wall or the meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse

from api.deps import MayReadFigures
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from models.connections.postgres import read
from models.records import trends
from models.rules.figures import share

router = pages("figures")
_DAYS = (7, 14, 30)
_WIDTH, _HEIGHT, _EDGE = 320, 64, 4
AskedDays = Annotated[int, Query(ge=2, le=92)]


@dataclass(frozen=True, slots=True)
class Line:
    """A sparkline: the points that are known, as pieces of a path in a 320 x 64 box, and the last of them."""

    paths: tuple[str, ...]
    last: tuple[float, float] | None


@router.get("/figures")
def get_figures(screen: TheScreen, actor: MayReadFigures, days: AskedDays = 14) -> HTMLResponse:
    """Show the figures of some days and of as many before."""
    now = screen.formats.now.astimezone(screen.formats.zone)
    with read(actor.sight) as session:
        found = trends.trend(session, now, days)
    lines = {
        "products": line([day.products for day in found.days]),
        "on_time": line([share(day.orders_on_time, day.orders_ended) for day in found.days]),
        "quality": line([share(day.good, day.good + day.bad) for day in found.days]),
    }
    return screen.show("figures/page.html", trend=found, lines=lines, days=days, choices=_DAYS)


def line(values: Sequence[Decimal | None]) -> Line:
    """Return the line through some values; where one is missing the line is broken, for missing is not zero."""
    known = [value for value in values if value is not None]
    top = max(known, default=Decimal(0)) or Decimal(1)
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    paths: list[str] = []
    piece: list[tuple[float, float]] = []
    last: tuple[float, float] | None = None
    for place, value in enumerate(values):
        if value is None:
            paths, piece = ([*paths, _path(piece)] if piece else paths), []
            continue
        last = (round(_EDGE + place * step, 1), round(float(_HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * value / top), 1))
        piece = [*piece, last]
    return Line(tuple([*paths, _path(piece)] if piece else paths), last)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Return the path through some points; a single one is a short stroke, so that it can be seen."""
    if len(points) == 1:
        points = [points[0], (points[0][0] + 0.1, points[0][1])]
    return "M" + "L".join(f"{x} {y}" for x, y in points)
