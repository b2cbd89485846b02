"""Sentences for people that name something: pattern and values are kept, so that a page can say them otherwise."""

from typing import Self


class Sentence(str):
    """An English pattern with its values filled in; a value that is a Sentence is a word to be translated as well.

    A sentence that names nothing needs none of this: it is its own pattern.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, **values: object) -> Self:
        """Fill the values in, each at the place in braces that bears its name."""
        made = super().__new__(cls, pattern.format(**values))
        made.pattern, made.values = pattern, values
        return made
