"""What an audit entry says of before and after, as rows that people read: only what differs, nested names with dots."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOT_SHOWN = frozenset({"row_version", "updated_at", "id", "tenant_id"})
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One field; None stands for what was not there."""

    name: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """Return the fields that differ, in the order they stand in."""
    old, new = dict(_flat(before or {})), dict(_flat(after or {}))
    names = [*new, *(name for name in old if name not in new)]
    return tuple(Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _flat(state: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in state.items():
        if name in _NOT_SHOWN or value is None or value in ([], {}, ""):
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}".replace("_", " "), _words(value)


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value)[:_LONGEST]
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_words(each)}" for name, each in value.items() if each is not None)[:_LONGEST]
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value)[:_LONGEST]
