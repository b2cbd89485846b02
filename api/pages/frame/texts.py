"""Texts as pages show them: Markdown without HTML of its own and without pictures from elsewhere; codes kept whole."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_MAY_END_A_LINE = re.compile(r"(?<=[-_/.])")
_SHORT = 16  # characters: what fits any column stays in one piece


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str) -> Markup:
    """Return a text written in Markdown as safe HTML."""
    return Markup(_reader().render(text))  # noqa: S704 - the reader escapes what is not its own


def whole(code: str) -> Markup:
    """Return a code that is never broken within a word; a long one may go on in the next line behind - _ / and dots."""
    pieces = [code] if len(code) <= _SHORT else _MAY_END_A_LINE.split(code)
    return Markup('<span class="whole">{}</span>').format(Markup("<wbr>").join(pieces))
