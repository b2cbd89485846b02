"""Tables that fit a terminal: one line per row, codes and states whole; only columns that `may_shrink` are cut."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

_LONG_KEY = 24


def table(*headings: str, may_shrink: Iterable[str] = (), right: Iterable[str] = (), title: str | None = None) -> Table:
    """Return an empty table; the cells of columns that `may_shrink` are made by `cut`, those in `right` are figures."""
    made = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in headings:
        justify: JustifyMethod = "right" if heading in right else "left"
        made.add_column(cut(heading), justify=justify, no_wrap=heading not in may_shrink)
    return made


def cut(words: str) -> Text:
    """Return words that end in an ellipsis where the terminal is too narrow for them."""
    return Text(words, no_wrap=True, overflow="ellipsis")


def long(keys: Iterable[str]) -> bool:
    """Tell whether keys are so long that they must give way too."""
    return any(len(key) > _LONG_KEY for key in keys)


def counted(number: int, noun: str) -> str:
    """Return such as `1 job` or `2 jobs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
