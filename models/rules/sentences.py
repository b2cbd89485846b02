"""Sentences for people that name something: pattern and values are kept, so that a page can say them otherwise."""

from collections.abc import Iterable
from typing import Self


class Sentence(str):
    """An English pattern with its values filled in; a value that is a Sentence is a word to be translated as well.

    A sentence that names nothing needs none of this: it is its own pattern.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, /, **values: object) -> Self:
        """Fill the values in, each at the place in braces that bears its name."""
        made = super().__new__(cls, pattern.format(**values))
        made.pattern, made.values = pattern, values
        return made


def together(sentences: Iterable[str], *, between: str = " ") -> Sentence:
    """Return sentences one after the other as one; each keeps its own pattern."""
    named = {f"sentence{number}": one for number, one in enumerate(sentences)}
    return Sentence(between.join(f"{{{name}}}" for name in named), **named)
