"""What pydantic finds wrong with something that was written, in words for whoever wrote it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from models.rules.sentences import Sentence

Error = Mapping[str, Any]  # one of what `errors()` of a ValidationError gives
_LONGEST_NAME = 100
# What pydantic says itself, by its kind: other languages say it by these patterns.
_PATTERNS = {
    "missing": "Field required",
    "string_type": "Input should be a valid string",
    "string_too_short": "String should have at least {min_length} characters",
    "string_too_long": "String should have at most {max_length} characters",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "decimal_type": "Decimal input should be an integer, float, string or Decimal object",
    "decimal_parsing": "Input should be a valid decimal",
    "decimal_max_digits": "Decimal input should have no more than {max_digits} digits in total",
    "decimal_max_places": "Decimal input should have no more than {decimal_places} decimal places",
    "decimal_whole_digits": "Decimal input should have no more than {whole_digits} digits before the decimal point",
    "finite_number": "Input should be a finite number",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "enum": "Input should be {expected}",
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "tuple_type": "Input should be a valid tuple",
}
SENTENCES = tuple(_PATTERNS.values())


def without_echoes(errors: Sequence[Error]) -> list[Error]:
    """Leave out that a list has too few items where its items are what is wrong: nobody left them out."""
    around = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in around]


def sentence(error: Error, shape: Any, place: Sequence[str | int]) -> Sentence:  # noqa: ANN401 - any annotation
    """Say what is wrong at a place within `shape`; an unknown field is told what it may have been meant for."""
    if error["type"] == "extra_forbidden":
        return _unknown(str(place[-1])[:_LONGEST_NAME], _model_at(shape, place[:-1]))
    if error["type"] == "too_short":
        least = error["ctx"]["min_length"]
        return Sentence(
            "At least {least} item is needed" if least == 1 else "At least {least} items are needed", least=least
        )
    if error["type"] in {"dict_type", "model_type"}:
        return Sentence("Fields with their names and values belong here")
    own = str(error["msg"]).removeprefix("Value error, ")
    patterned = Sentence(_PATTERNS.get(error["type"], ""), **error.get("ctx") or {})
    return patterned if patterned == own else Sentence(own.replace("{", "{{").replace("}", "}}"))


def _unknown(name: str, model: type[BaseModel] | None) -> Sentence:
    if model is None:
        return Sentence("Unknown field")
    meant = next(iter(get_close_matches(name, model.model_fields, n=1)), None)
    return Sentence(
        "Unknown field; did you mean '{meant}'? Allowed: {fields}" if meant else "Unknown field. Allowed: {fields}",
        meant=meant, fields=", ".join(model.model_fields),
    )  # fmt: skip


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
