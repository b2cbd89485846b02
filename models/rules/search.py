"""What somebody looks for, as typed or scanned: the code it may be, and the address it may be."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LAST = "\U0010ffff"  # comes after every letter: the codes from `x` up to `x` + LAST are those that begin with x
LEAST = 2  # fewer letters fit too much to be of use
_ADDRESS = re.compile(r"https?://[^/\s]+(/[^\s]*)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,9}")
_COUNTED = ("ORD", "MO", "JOB", "WO")  # kinds of codes that are counted: WO-000123


@dataclass(frozen=True, slots=True)
class Sought:
    """`code` is what a code may begin with, `codes` are those meant exactly, `words` what a name may hold."""

    words: str
    code: str
    codes: tuple[str, ...]

    @property
    def code_end(self) -> str:
        """What comes after all codes that begin with `code`."""
        return self.code + LAST

    @property
    def is_enough(self) -> bool:
        """Tell whether it is worth looking: one digit may be a code's number, one letter is nothing."""
        return len(self.words) >= LEAST or bool(_NUMBER.fullmatch(self.words))


def sought(text: str) -> Sought:
    """Return what a text looks for; a bare number means every code with that number."""
    words = " ".join(text.split())
    code = words.upper()
    numbered = tuple(f"{kind}-{int(words):06d}" for kind in _COUNTED) if _NUMBER.fullmatch(words) else ()
    return Sought(words, code, (code, words, *numbered))


def scanned_path(text: str) -> str | None:
    """Return the path of a scanned address, wherever it says that it leads; None for what is no address."""
    text = text.strip()
    if _ADDRESS.fullmatch(text) is None:
        return None
    parts = urlsplit(text)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
