"""Fast construction of frozen messages whose content has already been checked."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import TypeVar

from pydantic import BaseModel

_Kind = TypeVar("_Kind", bound=BaseModel)


def trusted(kind: type[_Kind], contents: list[dict[str, object]]) -> list[_Kind]:
    """Return one message per content, unchecked; each content must hold every field, in the order of the class.

    It does what pydantic's `model_construct` does once every field is given, but for all messages at once and in a
    sixth of the time: a template of ten thousand steps becomes thirty thousand messages.
    """
    messages = list(map(object.__new__, repeat(kind, len(contents))))
    names = set(kind.model_fields)  # shared: frozen messages never change it
    _each(object.__setattr__, messages, repeat("__dict__"), contents)
    _each(object.__setattr__, messages, repeat("__pydantic_fields_set__"), repeat(names))
    _each(object.__setattr__, messages, repeat("__pydantic_extra__"), repeat(None))
    _each(object.__setattr__, messages, repeat("__pydantic_private__"), repeat(None))
    return messages


def _each(act: Callable[..., None], *arguments: Iterable[object]) -> None:
    """Call for every set of arguments without a turn of the interpreter's loop."""
    deque(map(act, *arguments), maxlen=0)
