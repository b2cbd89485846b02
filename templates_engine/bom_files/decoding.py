"""Bytes to text: which encoding a file is in, and which files are no text at all."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from models.rules.sentences import Sentence
from templates_engine.bom_files.refusal import BomFileRefused, FileFault
from templates_engine.bom_files.spreadsheets import SPREADSHEETS, table_of

MAX_BYTES = 5_000_000
_SAMPLE = 20_000
_A_PICTURE = Sentence("This is a picture: a parts list must be a CSV or TSV file.")
_PACKED = Sentence("This is a compressed file: unpack it and import the CSV or TSV inside.")
_TO_BE_SAVED = Sentence(
    "This is a word processor's file: open it and save it as CSV (in Excel: 'CSV UTF-8'), then import that file."
)
_A_PDF = Sentence("This is a PDF: ask its author for the list as CSV, or copy the table into a spreadsheet.")

_KNOWN_BINARIES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", _A_PDF),
    (b"\x89PNG", _A_PICTURE),
    (b"\xff\xd8\xff", _A_PICTURE),
    (b"GIF8", _A_PICTURE),
    (b"\x1f\x8b", _PACKED),
    (b"7z\xbc\xaf", _PACKED),
    (b"{\\rtf", _TO_BE_SAVED),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Western files hold beside ASCII: seeing nothing else, Windows' own encoding is the plain answer.
_WESTERN = frozenset("äöüÄÖÜßéèêëàâáçñíóúôøØåÅæÆœ€£¥§µ°²³±×÷½¼¾®©™–—‘’‚“”„…•·«»\xa0")  # noqa: RUF001 - meant as they are
_OTHERS = ["cp1252", "cp1250", "cp1251", "gb18030", "shift_jis", "euc_kr"]
_NEITHER = "This is no text, and no spreadsheet that can be read: save it as .xlsx or as CSV, then import that file."
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")


def text_of(content: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its encoding; raises BomFileRefused for what is no text."""
    if len(content) > MAX_BYTES:
        raise BomFileRefused(FileFault.TOO_LARGE, "The file is larger than 5 MB: split it into several imports.")
    if content.startswith(SPREADSHEETS):
        return table_of(content), "spreadsheet"
    for magic, advice in _KNOWN_BINARIES:
        if content.startswith(magic):
            raise BomFileRefused(FileFault.NOT_TEXT, advice)
    text, encoding = _decoded(content)
    if _CONTROL.search(text):
        raise BomFileRefused(FileFault.NOT_TEXT, _NEITHER)
    if not text.strip():
        raise BomFileRefused(FileFault.EMPTY, "The file is empty.")
    return text, encoding


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, marked in _MARKS:
        if content.startswith(mark):
            # A damaged letter must not cost the whole file: it becomes a visible replacement character.
            return content.decode(marked, "replace"), marked.removesuffix("-sig")
    for encoding in _likely(content):
        text = _try(content, encoding)
        if text is not None:
            return text, encoding
    return content.decode("latin-1"), "latin-1"


def _likely(content: bytes) -> Iterator[str]:
    """Name encodings to try, the dearest guess last."""
    yield from _wide(content)
    yield "utf-8"
    yield from _eight_bit(content)


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> Iterator[str]:
    """Recognise UTF-16 without its mark: in a table, every second byte of most letters is zero."""
    head = content[:1000]
    if head[1::2].count(0) * 3 > len(head):
        yield "utf-16-le"
    elif head[::2].count(0) * 3 > len(head):
        yield "utf-16-be"


def _eight_bit(content: bytes) -> Iterator[str]:
    western = _try(content, "cp1252")
    if western is not None and all(letter.isascii() or letter in _WESTERN for letter in western):
        yield "cp1252"
    telling = b"\n".join(line for line in content.splitlines() if not line.isascii())[:_SAMPLE]
    best = from_bytes(telling, cp_isolation=_OTHERS).best()
    if best is not None:
        yield best.encoding
