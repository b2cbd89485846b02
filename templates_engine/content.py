"""The identity of a Plan: a hash of its content that depends on nothing but the content."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from pydantic_core import to_json

from models.messages.templates import Plan, PlanPart
from models.rules.templates import LineBasis

_CONTENT = (
    "key",
    "name",
    "instructions",
    "work_center_id",
    "work_center",
    "setup_minutes",
    "run_minutes",
    "crew",
    "cost_per_hour",
    "labor_cost_per_hour",
    "optional",
    "quality_gate",
    "rework_to",
    "parts",
    "data",
    "successors",
    "skills",
)
_AS_THEY_ARE = ("key", "name", "instructions", "work_center", "crew", "optional", "quality_gate", "rework_to", "data")


class _Numbers(dict[Decimal, str]):
    """Writes equal numbers alike: 1.50 and 1.5 are the same quantity, so they have the same text."""

    def __missing__(self, number: Decimal) -> str:
        text = self[number] = str(number.normalize()) if number else "0"
        return text


def is_intact(plan: Plan) -> bool:
    """Tell whether a plan that was stored or sent still has the content its hash was made from."""
    sends = {
        (edge.step, step.index): edge.send_ahead
        for step in plan.steps
        for edge in step.predecessors
        if edge.send_ahead is not None
    }
    fields = {name: [getattr(step, name) for step in plan.steps] for name in _CONTENT}
    return plan.content_hash == content_hash(plan.product, plan.title, fields, sends)


def content_hash(
    product: str, title: str, fields: Mapping[str, Sequence[Any]], sends: Mapping[tuple[int, int], Decimal]
) -> str:
    """Return the SHA-256 hex of the canonical JSON of a plan's content.

    Content is what was authored and what was taken from the catalog: `fields` are those of all steps as columns,
    `sends` the send-ahead edges. Times, slack, redundancy and totals are computed from it alone, so they add
    nothing to the identity.
    """
    text, per_unit = _Numbers().__getitem__, LineBasis.PER_UNIT
    lines: list[PlanPart] = list(chain.from_iterable(fields["parts"]))
    skus = [part.sku for part in lines]
    parts = dict(zip(skus, lines, strict=True))
    places = {code: step for step, code in enumerate(fields["work_center"])}
    ids, costs, labor_costs = fields["work_center_id"], fields["cost_per_hour"], fields["labor_cost_per_hour"]
    content: list[object] = [
        product,
        title,
        [fields[name] for name in _AS_THEY_ARE],
        fields["successors"],
        list(map(text, fields["setup_minutes"])),
        list(map(text, fields["run_minutes"])),
        [(*edge, text(pieces)) for edge, pieces in sorted(sends.items())],
        list(map(len, fields["parts"])),
        skus,
        [text(part.quantity) for part in lines],
        [
            (number, _particulars(part, text))
            for number, part in enumerate(lines)
            if part.scrap_percent
            or part.setup_quantity
            or part.rounding_multiple is not None
            or part.basis is not per_unit
        ],
        [(part.part_id, sku, part.name, part.uom, text(part.unit_cost)) for sku, part in sorted(parts.items())],
        [(code, ids[step], text(costs[step]), text(labor_costs[step])) for code, step in sorted(places.items())],
    ]
    if any(fields["skills"]):  # so that plans of before there were skills keep their hash
        content.append([(number, sorted(codes)) for number, codes in enumerate(fields["skills"]) if codes])
    return hashlib.sha256(to_json(content)).hexdigest()


def _particulars(part: PlanPart, text: Callable[[Decimal], str]) -> list[str | None]:
    """Return what only a line that is not a plain quantity per unit has to say."""
    numbers = (part.batch_size, part.scrap_percent, part.setup_quantity, part.rounding_multiple)
    return [part.basis.value, *(None if number is None else text(number) for number in numbers)]
