"""How the address of a list becomes its filters, and a form becomes a message: what is left empty is not asked."""

from collections.abc import Callable
from types import GenericAlias
from typing import Any, TypeVar, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from models.messages.base import Message

Asked = TypeVar("Asked", bound=Message)


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


def checked(model: type[Asked], content: dict[str, Any], where: str = "body") -> Asked:
    """Return the message of some content. Raises RequestValidationError, which names each wrong field."""
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        errors = [{**one, "loc": (where, *one["loc"])} for one in fault.errors(include_context=False)]
        raise RequestValidationError(errors) from fault
