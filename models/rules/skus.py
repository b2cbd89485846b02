"""Codes made from names: the same name always gives the same code."""

import re
import unicodedata
from hashlib import sha256

LENGTH = 64
_MARK = 6  # hex digits that keep two long or unwritable names apart
_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "ss", "ø": "oe", "Ø": "OE", "å": "aa"}
    | {"Å": "AA", "æ": "ae", "Æ": "AE", "µ": "u", "Ω": "Ohm", "\N{MULTIPLICATION SIGN}": "x"}
)


def code_of(name: str, *, prefix: str = "PART") -> str:
    """Return an upper-case code of at most 64 characters for a name; never empty.

    Letters that have no plain spelling are dropped; a name made only of such letters becomes the prefix and a mark.
    """
    plain = (
        unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).translate(_SPELLED))
        .encode("ascii", "ignore")
        .decode()
    )
    slug = re.sub(r"[^A-Z0-9.+]+", "-", plain.upper()).strip("-.+")
    if not slug:
        return f"{prefix}-{mark_of(name)}"
    return slug if len(slug) <= LENGTH else with_mark(slug, name)


def with_mark(code: str, name: str) -> str:
    """Return the code, shortened as needed, with a mark that only this name has."""
    return f"{code[: LENGTH - _MARK - 1].rstrip('-.+')}-{mark_of(name)}"


def mark_of(name: str) -> str:
    """Return six hex digits of a name, spelled alike whatever its case and spaces."""
    return sha256(same(name).encode("utf-8", "replace")).hexdigest()[:_MARK].upper()


def same(name: str) -> str:
    """Return what two spellings of one name have in common: case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
