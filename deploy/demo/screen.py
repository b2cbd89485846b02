"""What is seen while the demo runs: bars and the last actions on a terminal, plain lines elsewhere."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

_LINES = 8


class Screen:
    """Shows progress; every method may be called from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = monotonic()
        self._last: deque[str] = deque(maxlen=_LINES)
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the bars on the screen meanwhile, where it is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(get_renderable=self._picture, console=self._console, refresh_per_second=8) as self._live:
            yield
        self._live = None

    def _picture(self) -> RenderableType:
        with self._lock:
            lines = list(self._last)
        return Group(self._bars, *(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines))

    def jobs(self, codes: Iterable[str], steps: int) -> None:
        """Give every job a bar of so many steps."""
        for code in codes:
            self._tasks[code] = self._bars.add_task(code, total=steps)

    def step_done(self, job: str, opened: Sequence[str], words: str) -> None:
        """Tell that a step was done; rework that was `opened` makes the job's bar longer."""
        with self._lock:
            bar = self._bars.tasks[self._tasks[job]]
            self._bars.update(bar.id, advance=1, total=(bar.total or 0) + len(opened))
            done = f"{bar.completed:.0f}/{bar.total:.0f}"
        self._line(f"{job} {done:>5}  {words}")

    def note(self, words: str) -> None:
        """Tell something of note: only the first line and the last of long messages, without any log's tail."""
        first, *more = words.splitlines() or [""]
        told = [first, *(line for line in more[-1:] if not line.startswith(("  |", "The end of")))]
        text = " ".join(told)
        self._line(text)
        if self._live is not None:
            self._console.print(f"[bold]{self._clock()}[/]  {escape(text)}", highlight=False)

    def _line(self, words: str) -> None:
        line = f"{self._clock()}  {words}"
        with self._lock:
            self._last.append(line)
        if self._live is None:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _clock(self) -> str:
        return f"{monotonic() - self._began:6.1f} s"
