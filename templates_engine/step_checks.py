"""Checks of a single step that need no other step: the data it collects and the skills it requires."""

from collections.abc import Collection, Iterator

from models.messages.templates import DataField, Fault, FaultKind, Step
from models.rules.sentences import Sentence
from models.rules.templates import DataKind


def data_faults(step: Step) -> Iterator[Fault]:
    """Yield what is wrong with the data fields of a step."""
    seen: set[str] = set()
    for field in step.data:
        problems = list(_problems(field))
        if field.key in seen:
            problems.append(Sentence("its key is used twice in this step."))
        seen.add(field.key)
        for problem in problems:
            text = Sentence(
                "Step '{step}', data field '{field}': {problem}", step=step.key, field=field.key, problem=problem
            )
            yield Fault(kind=FaultKind.BAD_DATA_FIELD, step=step.key, message=text)


def skill_faults(step: Step, known: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the skills a step requires."""
    for code in dict.fromkeys(step.skills):
        if code not in known:
            text = Sentence(
                "Step '{step}' requires the skill '{skill}', which is not known.", step=step.key, skill=code
            )
            yield Fault(kind=FaultKind.UNKNOWN_SKILL, step=step.key, message=text)
        if step.skills.count(code) > 1:
            text = Sentence("Step '{step}' requires the skill '{skill}' more than once.", step=step.key, skill=code)
            yield Fault(kind=FaultKind.DUPLICATE_KEY, step=step.key, message=text)


def _problems(field: DataField) -> Iterator[Sentence]:
    if field.kind is DataKind.CHOICE and not field.choices:
        yield Sentence("a choice needs at least one choice.")
    if field.kind is not DataKind.CHOICE and field.choices:
        yield Sentence("only a choice can have choices.")
    if len(set(field.choices)) != len(field.choices):
        yield Sentence("the same choice is offered twice.")
    if field.kind is not DataKind.NUMBER and (field.minimum is not None or field.maximum is not None):
        yield Sentence("only a number can have limits.")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        limits = {"minimum": f"{field.minimum:f}", "maximum": f"{field.maximum:f}"}
        yield Sentence("the minimum {minimum} is above the maximum {maximum}.", **limits)
    if field.kind is not DataKind.BOOLEAN and field.expect is not None:
        yield Sentence("only a yes-or-no field can have an expected answer.")
