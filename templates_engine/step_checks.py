"""Checks of a single step that need no other step: the data it collects and the skills it requires."""

from collections.abc import Collection, Iterator

from models.messages.templates import DataField, Fault, FaultKind, Step
from models.rules.templates import DataKind


def data_faults(step: Step) -> Iterator[Fault]:
    """Yield what is wrong with the data fields of a step."""
    seen: set[str] = set()
    for field in step.data:
        problems = list(_problems(field))
        if field.key in seen:
            problems.append("its key is used twice in this step.")
        seen.add(field.key)
        for problem in problems:
            text = f"Step '{step.key}', data field '{field.key}': {problem}"
            yield Fault(kind=FaultKind.BAD_DATA_FIELD, step=step.key, message=text)


def skill_faults(step: Step, known: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the skills a step requires."""
    for code in dict.fromkeys(step.skills):
        if code not in known:
            text = f"Step '{step.key}' requires the skill '{code}', which is not known."
            yield Fault(kind=FaultKind.UNKNOWN_SKILL, step=step.key, message=text)
        if step.skills.count(code) > 1:
            text = f"Step '{step.key}' requires the skill '{code}' more than once."
            yield Fault(kind=FaultKind.DUPLICATE_KEY, step=step.key, message=text)


def _problems(field: DataField) -> Iterator[str]:
    if field.kind is DataKind.CHOICE and not field.choices:
        yield "a choice needs at least one choice."
    if field.kind is not DataKind.CHOICE and field.choices:
        yield "only a choice can have choices."
    if len(set(field.choices)) != len(field.choices):
        yield "the same choice is offered twice."
    if field.kind is not DataKind.NUMBER and (field.minimum is not None or field.maximum is not None):
        yield "only a number can have limits."
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield f"the minimum {field.minimum:f} is above the maximum {field.maximum:f}."
    if field.kind is not DataKind.BOOLEAN and field.expect is not None:
        yield "only a yes-or-no field can have an expected answer."
