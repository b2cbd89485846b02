"""Whether what an operator entered fits what the step asks for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Protocol
from uuid import UUID

from models.rules.commands import Refusal, RefusalKind
from models.rules.sentences import Sentence
from models.rules.templates import DataKind

Value = bool | Decimal | str


class Field(Protocol):
    """A field of collected data as a template defines it."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> DataKind: ...
    @property
    def uom(self) -> str | None: ...
    @property
    def minimum(self) -> Decimal | None: ...
    @property
    def maximum(self) -> Decimal | None: ...
    @property
    def choices(self) -> tuple[str, ...]: ...
    @property
    def expect(self) -> bool | None: ...
    @property
    def required(self) -> bool: ...


def read(field: Field, value: Value) -> Value | None:
    """Return a value in its field's own type, or None where it is of another kind. Numbers may come as text."""
    if field.kind is DataKind.BOOLEAN:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if field.kind is DataKind.NUMBER:
        return _number(value)
    text = value if isinstance(value, str) else format(value, "f")
    if field.kind is DataKind.CHOICE:
        return text if text in field.choices else None
    if field.kind is DataKind.FILE:
        return _file(text)
    return text


def _number(value: Decimal | str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _file(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def outside(field: Field, value: Value) -> str | None:
    """Return in words how a value misses its limits or expectation; None where good pieces may pass."""
    unit = f" {field.uom}" if field.uom else ""
    if isinstance(value, Decimal):
        if field.minimum is not None and value < field.minimum:
            return f"{field.label}: {value:f}{unit} is below {field.minimum:f}{unit}"
        if field.maximum is not None and value > field.maximum:
            return f"{field.label}: {value:f}{unit} is above {field.maximum:f}{unit}"
    if isinstance(value, bool) and field.expect is not None and value is not field.expect:
        return f"{field.label}: answered {'yes' if value else 'no'}, expected {'yes' if field.expect else 'no'}"
    return None


def check(fields: Sequence[Field], entries: Mapping[str, Value], *, good: bool) -> dict[str, Value] | Refusal:
    """Return the entries in their fields' types, or the refusal.

    Every quality check must be answered and within limits for good pieces to pass; pieces that are all put aside may
    carry the failing values, for they are the reason.
    """
    known = {field.key: field for field in fields}
    values: dict[str, Value] = {}
    for key, raw in entries.items():
        if key not in known:
            return Refusal.saying(
                RefusalKind.UNKNOWN_FIELD, Sentence("This step collects no field '{field}'.", field=key)
            )
        value = read(known[key], raw)
        if value is None:
            needed = Sentence(
                "{field}: a {kind} is needed, not '{entered}'.",
                field=known[key].label, entered=raw, kind=Sentence(known[key].kind.value),
            )  # fmt: skip
            return Refusal.saying(RefusalKind.DATA_MISSING, needed)
        values[key] = value
    missing = [field.label for field in fields if _needed(field) and field.key not in values]
    if good and missing:
        return Refusal.saying(
            RefusalKind.DATA_MISSING, Sentence("Still to be recorded: {fields}.", fields=", ".join(missing))
        )
    if good and (failed := failing(fields, values)) is not None:
        return failed
    return values


def failing(fields: Sequence[Field], values: Mapping[str, Value]) -> Refusal | None:
    """Return the refusal of good pieces whose values, read in their fields' types, miss limits or expectations."""
    known = {field.key: field for field in fields}
    problems = [words for key, value in values.items() if (words := outside(known[key], value))]
    if not problems:
        return None
    return Refusal(
        RefusalKind.DATA_OUT_OF_LIMITS,
        f"{'; '.join(problems)}. Measure again, or give the pieces as rejected or scrapped.",
    )


def _needed(field: Field) -> bool:
    """Tell whether a field must be recorded: one with a limit or an expectation is a check, and checks are made."""
    checked = field.minimum is not None or field.maximum is not None or field.expect is not None
    return field.required or checked
