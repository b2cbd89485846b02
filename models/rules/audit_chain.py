"""The hash chain of a factory's audit trail: how an entry is linked to the one before it, and what a walk finds.

    hash = SHA-256( previous hash, a line feed, canonical form ), in hexadecimal digits

The first entry's previous hash is empty. The canonical form is JSON in UTF-8 of every field the entry has in MongoDB
except `hash` and `previous_hash`: keys in order of their code points, no white space, nothing escaped that need not be.
So that a document read again hashes as it did, an entry is stored in a form that MongoDB gives back unchanged: its
`timestamp` in whole milliseconds, in the canonical form written as `2026-11-20T12:00:00.000+00:00`; any other number
that is no 64-bit integer as its plain decimal text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from math import isfinite
from operator import itemgetter
from typing import Any

_LINKS = ("hash", "previous_hash")
_BIGGEST = 2**63
_MILLISECOND = 1000  # microseconds
_COMPARED = 100  # so many suspect entries are tried at each other's places; the cost is the square of it

Document = Mapping[str, Any]


class Fault(StrEnum):
    """What may be wrong with a stretch of the trail."""

    REMOVED = "removed"
    EDITED = "edited"
    REWRITTEN = "rewritten"  # hashed anew after an edit; entries before it may have been, too
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut-off"


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the chain: an entry's number and its hash. Without a hash, any predecessor is believed."""

    seq: int
    hash: str | None


START = Place(0, "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the numbers it is about, and the times of the entries at or around it."""

    fault: Fault
    first_seq: int | None
    last_seq: int | None
    since: datetime | None
    until: datetime | None


def finding(fault: Fault, document: Document) -> Finding:
    """Return what is wrong with one entry."""
    seq, moment = document.get("seq"), _time(document)
    number = int(seq) if isinstance(seq, int | float) and isfinite(seq) else None
    return Finding(fault, number, number, moment, moment)


def canonical(document: Document) -> str:
    """Return the text that an entry is hashed as."""
    fields = {name: value for name, value in document.items() if name not in _LINKS}
    fields["timestamp"] = _instant(fields.get("timestamp"))
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_foreign)


def link(previous: str, document: Document) -> str:
    """Return the hash that ties an entry to the hash before it."""
    return sha256(f"{previous}\n{canonical(document)}".encode()).hexdigest()


def storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value as MongoDB keeps it for ever: numbers it has no exact form for become text."""
    if isinstance(value, Mapping):
        return {name: storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int) and not -_BIGGEST <= value < _BIGGEST:
        return str(value)
    return value


def whole_milliseconds(moment: datetime) -> datetime:
    """Return an instant in UTC as exact as MongoDB keeps it, never later than it was."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // _MILLISECOND * _MILLISECOND)


def chained(documents: Iterable[Document], after: Place) -> Iterator[dict[str, Any]]:
    """Return new documents with their numbers and hashes, the first one linked to `after`."""
    seq, previous = after.seq, after.hash or ""
    for document in documents:
        seq += 1
        numbered = {**document, "seq": seq}
        own = link(previous, numbered)
        yield {**numbered, "previous_hash": previous, "hash": own}
        previous = own


def _instant(value: object) -> object:
    """Return a timestamp as text; anything else in its place can never be taken for one."""
    if not isinstance(value, datetime):
        return [_foreign(value)]
    return value.astimezone(UTC).isoformat(timespec="milliseconds")


def _foreign(value: object) -> str:
    """Return a value no entry is written with, so that it shows as an edit instead of stopping the walk."""
    return f"{type(value).__name__} {value}"


class Walk:
    """One walk along the chain, from the link after `start`; documents come in order of their numbers."""

    def __init__(self, start: Place) -> None:
        self.seq, self.checked = start.seq, 0
        self._hash = start.hash
        self._last: Document | None = None
        self._last_is_sound = True
        self._suspects: list[Document] = []
        self._findings: list[Finding] = []

    @property
    def place(self) -> Place:
        """Return how far the walk has come."""
        return Place(self.seq, self._hash)

    def over(self, documents: Iterable[Document]) -> Iterator[int]:
        """Look at documents; tells after each number how far it has come."""
        for _, found in groupby(documents, key=itemgetter("seq")):
            same = list(found)
            chosen = same[0] if len(same) == 1 else next((one for one in same if self._fits(one)), same[0])
            for one in same:
                if one is not chosen or not _is_number(one["seq"]):
                    self._note(Fault.INSERTED, one)
            if _is_number(chosen["seq"]):
                self._step(chosen)
            self.checked += len(same)
            yield self.seq

    def end(self, head: Place | None) -> tuple[Finding, ...]:
        """Return what was found, in order; `head` is the link that the walk must have come to."""
        if head is not None and self.seq < head.seq:
            self._add(Finding(Fault.CUT_OFF, self.seq + 1, head.seq, _time(self._last), None))
        elif head is not None and self._last is not None and self._last_is_sound and self._hash != head.hash:
            self._note(Fault.REWRITTEN, self._last)
        moved = _at_each_others_places(self._suspects)
        for document in self._suspects:
            self._note(Fault.REORDERED if document["seq"] in moved else Fault.EDITED, document)
        self._suspects.clear()
        return _merged(self._findings)

    def _fits(self, document: Document) -> bool:
        return self._hash in (None, document.get("previous_hash")) and _is_sound(document)

    def _step(self, document: Document) -> None:
        if document["seq"] > self.seq + 1:
            self._add(Finding(Fault.REMOVED, self.seq + 1, document["seq"] - 1, _time(self._last), _time(document)))
            self._hash = None
        sound = _is_sound(document)
        if not sound:
            self._suspect(document)
        elif self._hash not in (None, document["previous_hash"]) and self._last_is_sound:
            # Both are what they were when they were hashed, and yet this one was linked to something else.
            self._note(Fault.REWRITTEN, self._last or document)
        self.seq, self._hash = document["seq"], str(document.get("hash"))
        self._last, self._last_is_sound = document, sound

    def _suspect(self, document: Document) -> None:
        if len(self._suspects) < _COMPARED:
            self._suspects.append(document)
        else:
            self._note(Fault.EDITED, document)

    def _note(self, fault: Fault, document: Document) -> None:
        self._add(finding(fault, document))

    def _add(self, found: Finding) -> None:
        if self._findings and _touch(self._findings[-1], found):
            found = _joined(self._findings.pop(), found)
        self._findings.append(found)


def _is_number(seq: object) -> bool:
    return isinstance(seq, int) and not isinstance(seq, bool)


def _is_sound(document: Document) -> bool:
    """Tell whether an entry is what was hashed, at the place it was hashed for."""
    return link(str(document.get("previous_hash")), document) == document.get("hash")


def _at_each_others_places(suspects: Sequence[Document]) -> set[int]:
    """Return the numbers of those that are sound at another one's place, whichever of their links went with them."""
    return {one["seq"] for one in suspects if any(_was_at(one, other) for other in suspects if other is not one)}


def _was_at(one: Document, other: Document) -> bool:
    moved = {**one, "seq": other["seq"]}
    return any(link(str(links.get("previous_hash")), moved) == links.get("hash") for links in (one, other))


def _time(document: Document | None) -> datetime | None:
    moment = None if document is None else document.get("timestamp")
    return moment if isinstance(moment, datetime) else None


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in order, neighbours of one kind as one."""
    merged: list[Finding] = []
    for found in sorted(findings, key=lambda one: (one.first_seq or 0, one.fault)):
        if merged and _touch(merged[-1], found):
            merged[-1] = _joined(merged[-1], found)
        else:
            merged.append(found)
    return tuple(merged)


def _touch(one: Finding, other: Finding) -> bool:
    return one.fault is other.fault and one.last_seq is not None and other.first_seq == one.last_seq + 1


def _joined(one: Finding, other: Finding) -> Finding:
    return Finding(one.fault, one.first_seq, other.last_seq, one.since, other.until)
