"""How codes are printed: bare, in an address, or with a word before them that tells their kind."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_BADGE, _LOT = "badge:", "lot:"
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class Reading:
    """A code taken apart: what it names, and what its label says of kind and lot."""

    code: str
    badge: bool = False
    is_lot: bool = False
    lot: str | None = None


def read_code(scanned: str) -> Reading:
    """Return what a scanned text names.

    `https://factory/scan/WO-000123` and `WO-000123` are the same; `badge:tom` is a person, `lot:B-77` a lot, and
    `SKU|LOT` a part from a lot.
    """
    code = scanned.strip()
    if code.lower().startswith(("http://", "https://")):
        path = urlsplit(code).path
        code = unquote(path.partition("/scan/")[2] or path.rstrip("/").rpartition("/")[2])
    code = code[:_LONGEST]
    if code.lower().startswith(_BADGE):
        return Reading(code[len(_BADGE) :], badge=True)
    if code.lower().startswith(_LOT):
        return Reading(code[len(_LOT) :], is_lot=True, lot=code[len(_LOT) :])
    part, mark, lot = code.partition("|")
    return Reading(part, lot=lot) if mark and lot else Reading(part)
