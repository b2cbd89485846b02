"""What pydantic finds wrong with something that was written, in words for whoever wrote it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

Error = Mapping[str, Any]  # one of what `errors()` of a ValidationError gives
_LONGEST_NAME = 100


def without_echoes(errors: Sequence[Error]) -> list[Error]:
    """Leave out that a list has too few items where its items are what is wrong: nobody left them out."""
    around = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in around]


def sentence(error: Error, shape: Any, place: Sequence[str | int]) -> str:  # noqa: ANN401 - any annotation
    """Say what is wrong at a place within `shape`; an unknown field is told what it may have been meant for."""
    if error["type"] == "extra_forbidden":
        return _unknown(str(place[-1])[:_LONGEST_NAME], _model_at(shape, place[:-1]))
    if error["type"] == "too_short":
        least = error["ctx"]["min_length"]
        return f"At least {least} {'item is' if least == 1 else 'items are'} needed"
    return str(error["msg"]).removeprefix("Value error, ")


def _unknown(name: str, model: type[BaseModel] | None) -> str:
    if model is None:
        return "Unknown field"
    meant = "".join(f"; did you mean '{each}'?" for each in get_close_matches(name, model.model_fields, n=1))
    return f"Unknown field{meant or '.'} Allowed: {', '.join(model.model_fields)}"


def _model_at(shape: Any, place: Sequence[str | int]) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    for name in place:
        shape = _inside(_bare(shape), name)
    bare = _bare(shape)
    return bare if _is_model(bare) else None


def _inside(shape: Any, name: str | int) -> Any:  # noqa: ANN401 - any annotation
    """Return what stands in a model's field, or what a list, tuple or mapping holds."""
    if _is_model(shape):
        field = shape.model_fields.get(str(name))
        return field.annotation if field else None
    held = [each for each in get_args(shape) if each is not Ellipsis]
    return held[-1] if held else None


def _bare(shape: Any) -> Any:  # noqa: ANN401 - any annotation
    """Take away what only qualifies an annotation: constraints, and that there may be nothing."""
    if get_origin(shape) is Annotated:
        return _bare(get_args(shape)[0])
    if get_origin(shape) in {Union, UnionType}:
        something = [each for each in get_args(shape) if each is not NoneType]
        return _bare(something[0]) if len(something) == 1 else None
    return shape


def _is_model(shape: Any) -> bool:  # noqa: ANN401 - any annotation
    return isinstance(shape, type) and issubclass(shape, BaseModel)
