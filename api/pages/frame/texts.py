"""Instructions as pages show them: Markdown without HTML of its own, and without pictures from elsewhere."""

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str) -> Markup:
    """Return a text written in Markdown as safe HTML."""
    return Markup(_reader().render(text))  # noqa: S704 - the reader escapes what is not its own
