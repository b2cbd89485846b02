"""The plain text logs of the child processes."""

import json
import os
import shutil
from pathlib import Path

_NOISE = ("Fontconfig warning:", "Fontconfig error:")  # Graphviz on a machine without fonts, which does no harm
_TAIL_LINES = 15
_TAIL_BYTES = 16_384
_LARGEST_BYTES = 20_000_000


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """Return where the log lies and its last lines, indented for a message.

    A process of the product says little here unless it dies of an error: then its JSON lines are told.
    """
    structured = log.with_suffix(".jsonl")
    last = [line for line in _last_lines(log) if not line.startswith(_NOISE)]
    if not last and structured.exists():
        log, last = structured, [_readable(line) for line in _last_lines(structured)]
    return "\n".join([f"The end of {log}:", *(f"  | {line}" for line in last[-lines:] or ["(empty)"])])


def _last_lines(log: Path) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as handle:
        beginning = max(0, log.stat().st_size - _TAIL_BYTES)
        handle.seek(beginning)
        whole = handle.read().decode(errors="replace").splitlines()
    return whole[1:] if beginning else whole  # the first one is cut somewhere


def _readable(line: str) -> str:
    """Return a line of structured log as time, level and message, with the error it ended in."""
    try:
        told = json.loads(line)
        said = f"{told['timestamp']} {told['level']} {told['message']}"
    except (ValueError, KeyError, TypeError):
        return line
    error = str(told.get("exception") or "").strip().splitlines()
    return f"{said} ({error[-1].strip()})" if error else said


def keep_small(log: Path) -> None:
    """Set a large log aside, keeping one: the child goes on appending to the same file."""
    if log.exists() and log.stat().st_size > _LARGEST_BYTES:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)
