"""The plain text logs of the child processes."""

import os
import shutil
from pathlib import Path

_TAIL_LINES = 15
_TAIL_BYTES = 16_384
_LARGEST_BYTES = 20_000_000


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """Return where the log lies and its last lines, indented for a message.

    A process of the product says little here unless it dies of an error: then its JSON lines are told.
    """
    structured = log.with_suffix(".jsonl")
    last = _last_lines(log, lines)
    if not last and structured.exists():
        log, last = structured, _last_lines(structured, lines)
    return "\n".join([f"The end of {log}:", *(f"  | {line}" for line in last or ["(empty)"])])


def _last_lines(log: Path, lines: int) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as handle:
        handle.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return handle.read().decode(errors="replace").splitlines()[-lines:]


def keep_small(log: Path) -> None:
    """Set a large log aside, keeping one: the child goes on appending to the same file."""
    if log.exists() and log.stat().st_size > _LARGEST_BYTES:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)
