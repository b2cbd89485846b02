"""Reading JSON-lines logs while they grow and turn over: by generation and byte offset, never by file name."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_LARGEST_LINE_BYTES = 1_000_000
_CHUNK_BYTES = 4_000_000


@dataclass(frozen=True)
class Place:
    """A place in a log: the generation of a file and the byte where the next line begins."""

    generation: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Line:
    """One whole line, and where it stands; `after` is where the next begins."""

    place: Place
    after: Place
    text: bytes


def generations(folder: Path, service: str) -> dict[str, Path]:
    """Return the files of a service by generation, the oldest first."""
    found = _listed(folder, service)
    while (again := _listed(folder, service)) != found:  # turned over meanwhile: one may have slipped past the other
        found = again
    return found


def lines_from(files: dict[str, Path], place: Place) -> Iterator[Line]:
    """Yield every whole line from a place to the present end, through all later generations.

    Ends early when a file is turned over meanwhile; begins with the oldest file when the place's own is gone.
    """
    names = list(files)
    begin = names.index(place.generation) if place.generation in files else 0
    for name in names[begin:]:
        try:
            handle = files[name].open("rb")
        except FileNotFoundError:
            return
        with handle:
            if _named(handle.readline()) != name:
                return
            handle.seek(place.offset if name == place.generation else 0)
            yield from _whole_lines(handle, name)


def _whole_lines(handle: BinaryIO, generation: str) -> Iterator[Line]:
    """Yield lines that end; the last one may still be in the writing."""
    offset = handle.tell()
    while lines := handle.readlines(_CHUNK_BYTES):
        for text in lines:
            if not text.endswith(b"\n"):
                return
            after = Place(generation, offset + len(text))
            yield Line(Place(generation, offset), after, text)
            offset = after.offset


def _listed(folder: Path, service: str) -> dict[str, Path]:
    turned_over = (path for path in folder.glob(f"{service}.jsonl.*") if path.suffix[1:].isdecimal())
    oldest_first = sorted(turned_over, key=lambda path: int(path.suffix[1:]), reverse=True)
    named = ((_generation(path), path) for path in (*oldest_first, folder / f"{service}.jsonl"))
    return {name: path for name, path in named if name}


def _generation(path: Path) -> str | None:
    try:
        with path.open("rb") as handle:
            return _named(handle.readline())
    except FileNotFoundError:
        return None


def _named(first_line: bytes) -> str | None:
    """Return the generation a first line names; a line that names none stands for itself by its hash."""
    if not first_line.endswith(b"\n"):
        return None
    try:
        named = json.loads(first_line)["generation"]
    except (ValueError, KeyError, TypeError):
        named = None
    return named if isinstance(named, str) else hashlib.sha256(first_line).hexdigest()[:32]


def parsed(text: bytes) -> dict[str, Any]:
    """Return a line's fields; a line that is no JSON object becomes the message of an error."""
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    return fields if isinstance(fields, dict) else unreadable(text)


def unreadable(text: bytes) -> dict[str, Any]:
    """Return a line that cannot be stored as it is: as much of its text as a document may hold."""
    return {"level": "error", "message": text[:_LARGEST_LINE_BYTES].decode("utf-8", "replace").rstrip("\n")}
