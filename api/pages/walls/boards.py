"""What a wall shows, cut into pages that fit without scrolling: each answers one question, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.pages.frame.words import marked
from models.messages.dashboard import Dashboard, EndangeredJob

ROWS = 10  # more would be too small to be read across a hall


class Board(StrEnum):
    """One question; wire names stand in addresses on walls."""

    HELP = "help"
    TODAY = "today"
    CENTERS = "centers"
    SHORT = "short"


QUESTIONS = {
    Board.HELP: marked("What needs help now?"),
    Board.TODAY: marked("How far are we today?"),
    Board.CENTERS: marked("Where is the work?"),
    Board.SHORT: marked("What is missing?"),
}


@dataclass(frozen=True, slots=True)
class WallPage:
    """One page of one board; `number` of `count`."""

    board: Board
    rows: Sequence[Any]
    number: int
    count: int


def wall_pages(figures: Dashboard, jobs: Sequence[EndangeredJob], wanted: Board | None) -> tuple[WallPage, ...]:
    """Return the pages of one board, or of all that have something to say; what is well takes one page at most."""
    rows: dict[Board, Sequence[Any]] = {
        Board.HELP: jobs,
        Board.TODAY: (),
        Board.CENTERS: figures.centers,
        Board.SHORT: figures.short,
    }
    shown = [wanted] if wanted else [board for board in Board if board is not Board.SHORT or rows[board]]
    return tuple(page for board in shown for page in _cut(board, rows[board]))


def _cut(board: Board, rows: Sequence[Any]) -> list[WallPage]:
    parts = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)] or [()]
    return [WallPage(board, part, number, len(parts)) for number, part in enumerate(parts, 1)]
