"""The identity of a Plan: a hash of its content that depends on nothing but the content."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

from pydantic_core import to_json

from models.messages.templates import Plan, PlanPart, PlanStep
from models.rules.templates import LineBasis

_AUTHORED = itemgetter(
    "key",
    "name",
    "instructions",
    "work_center",
    "crew",
    "optional",
    "quality_gate",
    "rework_to",
    "data",
    "successors",
)


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
    return plan.content_hash == content_hash(plan.product, plan.title, plan.steps, sends)


def content_hash(product: str, title: str, steps: Sequence[PlanStep], sends: Mapping[tuple[int, int], Decimal]) -> str:
    """Return the SHA-256 hex of the canonical JSON of a plan's content.

    Content is what was authored and what was taken from the catalog, `sends` being the send-ahead edges. Times,
    slack, redundancy and totals are computed from it alone, so they add nothing to the identity.
    """
    text = _Numbers()
    lines = [part for step in steps for part in step.parts]
    parts = {part.sku: part for part in lines}
    centers = {step.work_center: step for step in steps}
    content: list[object] = [
        product,
        title,
        [_AUTHORED(vars(step)) for step in steps],
        [text[step.setup_minutes] for step in steps],
        [text[step.run_minutes] for step in steps],
        [(*edge, text[pieces]) for edge, pieces in sorted(sends.items())],
        [len(step.parts) for step in steps],
        [part.sku for part in lines],
        [text[part.quantity] for part in lines],
        [
            (number, _particulars(part, text))
            for number, part in enumerate(lines)
            if part.scrap_percent
            or part.setup_quantity
            or part.rounding_multiple is not None
            or part.basis is not LineBasis.PER_UNIT
        ],
        [(part.part_id, sku, part.name, part.uom, text[part.unit_cost]) for sku, part in sorted(parts.items())],
        [
            (step.work_center_id, code, text[step.cost_per_hour], text[step.labor_cost_per_hour])
            for code, step in sorted(centers.items())
        ],
    ]
    return hashlib.sha256(to_json(content)).hexdigest()


def _particulars(part: PlanPart, text: _Numbers) -> list[str | None]:
    """Return what only a line that is not a plain quantity per unit has to say."""
    numbers = (part.batch_size, part.scrap_percent, part.setup_quantity, part.rounding_multiple)
    return [part.basis.value, *(None if number is None else text[number] for number in numbers)]
