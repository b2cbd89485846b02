"""How the address of a list becomes its filters, and a form becomes a message: what is left empty is not asked."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from types import GenericAlias
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from models.messages.base import Message

Asked = TypeVar("Asked", bound=Message)
_MOST_FIELDS = 100
_PLACE = frozenset({"cursor", "limit"})


def _is_many(field: FieldInfo) -> bool:
    kind: Any = field.annotation
    return isinstance(kind, GenericAlias) or get_origin(kind) is tuple


def filters_of(model: type[Asked]) -> Callable[[Request], Asked]:
    """Return the dependency that reads a list's filters from its address. Unknown names are passed over."""

    def read(request: Request) -> Asked:
        asked: dict[str, Any] = {}
        for name, field in model.model_fields.items():
            values = [value for value in request.query_params.getlist(name) if value]
            if values:
                asked[name] = values if _is_many(field) else values[0]
        return checked(model, asked, "query")

    return read


def filters_in(model: type[Asked], query: str) -> Asked | None:
    """Return the filters of a list's address that a page was given to remember; None where it makes no sense."""
    asked: dict[str, Any] = {}
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_FIELDS)
        for name, value in pairs:
            field = model.model_fields.get(name)
            if field is not None and name not in _PLACE:
                asked[name] = [*asked.get(name, ()), value] if _is_many(field) else value
        return model.model_validate(asked)
    except ValueError:
        return None


def checked(model: type[Asked], content: dict[str, Any], where: str = "body") -> Asked:
    """Return the message of some content; its numbers may have a comma.

    Raises RequestValidationError, which names each wrong field.
    """
    numbers = {name for name, field in model.model_fields.items() if _is_number(field.annotation)}
    read = {name: number(value) if name in numbers else value for name, value in content.items()}
    try:
        return model.model_validate(read)
    except ValidationError as fault:
        errors = [{**one, "loc": (where, *one["loc"])} for one in fault.errors()]
        raise RequestValidationError(errors) from fault


def midnight(name: str, day: str, zone: tzinfo, later: timedelta = timedelta(0)) -> datetime | None:
    """Return when a day in an address begins in a zone, or `later`; None where none is given.

    Raises RequestValidationError, which names the field, for what is no day.
    """
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + later, time(), zone)
    except (ValueError, OverflowError) as fault:
        wrong = {"type": "date_parsing", "loc": ("query", name), "msg": "This is no day.", "input": None}
        raise RequestValidationError([wrong]) from fault


def number(entered: Any) -> Any:  # noqa: ANN401 - what is no text is left as it is
    """Return a number as programs read it: a comma that stands alone parts the decimals."""
    if not isinstance(entered, str):
        return entered
    return entered.replace(",", ".") if entered.count(",") == 1 and "." not in entered else entered


def _is_number(annotation: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field holds an exact number, or may."""
    return annotation is Decimal or any(_is_number(one) for one in get_args(annotation))
