"""Templates as YAML files: the product, its work centres and parts, and the steps, in one readable text."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from pydantic import ValidationError

from models.messages.mistakes import sentence, without_echoes
from models.messages.templates import DataField, FaultKind, PartLine, Predecessor, Step, TemplateDocument
from models.rules.sentences import Sentence
from models.rules.templates import LineBasis
from templates_engine.compile import order_faults
from templates_engine.yaml_shape import AuthoredFile, FileLine, FileLinks, FileStep, TemplateFile
from templates_engine.yaml_tree import FileRefused, Path, Places, Value, at, read_tree

__all__ = ["AuthoredFile", "FileRefused", "read_yaml", "write_yaml"]

_RARE_BREAKS = re.compile(r"[\x85\u2028\u2029]")
Row = dict[str, Any]  # a mapping about to be written; its values are YAML's own kinds


def read_yaml(text: str) -> AuthoredFile:
    """Return what a template file says, numbers exactly as written; raises FileRefused with every problem."""
    tree, places = read_tree(text)
    if not isinstance(tree, dict):
        raise FileRefused((Sentence("The file must be a mapping with product, work_centers, parts and steps."),))
    try:
        file = TemplateFile.model_validate(_without_nothing(tree))
    except ValidationError as refused:
        found = without_echoes(refused.errors())
        problems = [_problem(error["loc"], sentence(error, TemplateFile, error["loc"]), places) for error in found]
        problems += _order_problems(tree.get("steps"), places)
        raise FileRefused(tuple(dict.fromkeys(problems))) from refused
    document = TemplateDocument(
        product=file.product.sku,
        title=file.title or file.product.name,
        notes=file.notes,
        steps=tuple(_step(step) for step in file.steps),
    )
    return AuthoredFile(product=file.product, work_centers=file.work_centers, parts=file.parts, document=document)


def write_yaml(file: AuthoredFile) -> str:
    """Return the text of a template file; reading it again gives an equal file."""
    document = file.document
    rows: Row = {"product": {"sku": file.product.sku, "name": file.product.name}}
    if document.title != file.product.name:
        rows["title"] = document.title
    if document.notes:
        rows["notes"] = document.notes
    rows["work_centers"] = {
        code: {"name": center.name, "machines": center.machines, "cost_per_hour": center.cost_per_hour}
        | _told(labor_cost_per_hour=center.labor_cost_per_hour)
        for code, center in file.work_centers.items()
    }
    rows["parts"] = {}
    for sku, part in file.parts.items():
        cost = f"~{part.cost:f}" if part.assumed else part.cost
        rows["parts"][sku] = {"name": part.name, "uom": part.uom, "cost": cost}
    rows["steps"] = [_step_row(step) for step in document.steps]
    return yaml.dump(rows, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


# --- reading --------------------------------------------------------------------------------------------------
def _without_nothing(value: Value) -> Value:
    """Take a key without a value as a key that is not there."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item is not None}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value


def _problem(where: Path, problem: str, places: Places) -> Sentence:
    """Name the place of the value, or of the nearest thing around it when the value itself is missing."""
    known: Path = ()
    for name in where:
        known = (*known, name) if (*known, name) in places else known
    words = "".join(f"[{name + 1}]" if isinstance(name, int) else f".{name}" for name in where).lstrip(".")
    line, column = places[known]
    return Sentence(
        "Line {line}, column {column}, {path}: {problem}.", line=line, column=column, path=words, problem=problem
    )


def _order_problems(rows: Value, places: Places) -> Iterator[Sentence]:
    """Check keys and predecessors as far as they can be read, so that they need no second round of mending."""
    read = [_linked(row) for row in rows] if isinstance(rows, list) else []
    # One that cannot be read keeps its place, under a key that no step can have.
    steps = [step or _bare_step(f"?{number}") for number, step in enumerate(read)]
    number_of = {step.key: number for number, step in reversed(list(enumerate(steps)))}
    for fault in order_faults(steps):
        # It may also be the very one that seems unknown.
        if fault.kind is not FaultKind.UNKNOWN_PREDECESSOR or None not in read:
            yield at(places["steps", number_of[str(fault.step)]], fault.message)


def _linked(row: Value) -> Step | None:
    """Return a step with nothing but its key and predecessors, or None where they cannot be read."""
    try:
        step = FileLinks.model_validate(_without_nothing(row))
    except ValidationError:
        return None
    return _bare_step(step.key, tuple(Predecessor(step=link.step) for link in step.after))


def _bare_step(key: str, after: tuple[Predecessor, ...] = ()) -> Step:
    return Step.model_construct(key=key, name=key, work_center=key, after=after)


def _step(step: FileStep) -> Step:
    lines = [_line(sku, line, step.scrap_pct) for sku, line in step.parts.items()]
    lines += [_line(line.part, line, step.scrap_pct) for line in step.part_lines]
    return Step(
        key=step.key,
        name=step.name,
        instructions=step.instructions,
        after=tuple(Predecessor(step=link.step, send_ahead=link.send_ahead) for link in step.after),
        work_center=step.work_center,
        setup_minutes=step.setup_min,
        run_minutes=step.run_min,
        crew=step.crew,
        skills=step.skills,
        parts=tuple(lines),
        data=tuple(
            DataField(kind=field.type, minimum=field.min, maximum=field.max, **field.model_dump(exclude=_RENAMED))
            for field in step.data
        ),
        optional=step.optional,
        quality_gate=step.quality_gate,
        rework_to=step.rework_to,
    )


_RENAMED = {"type", "min", "max"}


def _line(sku: str, line: FileLine, step_scrap: Decimal) -> PartLine:
    return PartLine(
        part=sku,
        quantity=line.quantity,
        basis=line.basis,
        batch_size=line.batch_size,
        uom=line.uom,
        scrap_percent=step_scrap if line.scrap_pct is None else line.scrap_pct,
        setup_quantity=line.setup_quantity,
        rounding_multiple=line.multiple,
    )


# --- writing --------------------------------------------------------------------------------------------------
class _Writer(yaml.SafeDumper):
    """Writes decimals as plain numbers and long texts as blocks."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - a template file has no aliases
        return True


def _number(writer: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = format(number, "f")
    return writer.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _words(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML also breaks lines at three rare characters, which survive only as escapes.
    style = '"' if _RARE_BREAKS.search(text) else "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(Decimal, _number)
_Writer.add_representer(str, _words)


def _step_row(step: Step) -> Row:
    row: Row = {"key": step.key, "name": step.name, "work_center": step.work_center}
    row |= _told(setup_min=step.setup_minutes, run_min=step.run_minutes)
    if step.crew != 1:
        row["crew"] = step.crew
    row |= _told(skills=list(step.skills))
    row["after"] = [
        link.step if link.send_ahead is None else {"step": link.step, "send_ahead": link.send_ahead}
        for link in step.after
    ]
    skus = [line.part for line in step.parts]
    if len(set(skus)) == len(skus):
        row |= _told(parts={line.part: _line_row(line) for line in step.parts})
    else:
        row["part_lines"] = [{"part": line.part, **_full_line_row(line)} for line in step.parts]
    row |= _told(
        data=[_field_row(field) for field in step.data],
        optional=step.optional,
        quality_gate=step.quality_gate,
        rework_to=step.rework_to,
        instructions=step.instructions,
    )
    return row


def _told(**values: object) -> Row:
    """Leave out what says nothing: zero, false, empty."""
    return {name: value for name, value in values.items() if value}


def _line_row(line: PartLine) -> Row | Decimal:
    row = _full_line_row(line)
    return line.quantity if len(row) == 1 else row


def _full_line_row(line: PartLine) -> Row:
    basis = None if line.basis is LineBasis.PER_UNIT else line.basis.value
    return {"quantity": line.quantity} | _told(
        basis=basis,
        batch_size=line.batch_size,
        uom=line.uom,
        scrap_pct=line.scrap_percent,
        setup_quantity=line.setup_quantity,
        multiple=line.rounding_multiple,
    )


def _field_row(field: DataField) -> Row:
    row: Row = {"key": field.key, "label": field.label, "type": field.kind.value}
    row |= _told(uom=field.uom, choices=list(field.choices), required=field.required)
    limits = {"min": field.minimum, "max": field.maximum, "expect": field.expect}  # zero and no are answers here
    return row | {name: value for name, value in limits.items() if value is not None}
