"""Two versions side by side, and one order thought through."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import Field

from api import publishing
from api.deps import MayReadTemplates
from api.pages.frame.asking import checked
from api.pages.frame.faults import faults_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.templates.shown import shown, versions
from api.pages.templates.words import FIELDS
from models.connections.postgres import read
from models.messages.base import Message
from models.messages.templates import Plan
from models.records import templates as records
from templates_engine.diff import diff
from templates_engine.simulate import simulate

router = pages("templates")
_MOST_UNITS = Decimal(1_000_000)
Entered = Annotated[str, Query(max_length=40)]


class Pieces(Message):
    """For how many pieces an order is thought through."""

    quantity: Decimal = Field(Decimal(10), gt=0, le=_MOST_UNITS, allow_inf_nan=False, decimal_places=6)


@router.get("/templates/{template_id}/compare")
def get_compare(
    screen: TheScreen, template_id: UUID, actor: MayReadTemplates, against: UUID | None = None
) -> HTMLResponse:
    """Show two versions side by side: steps, parts, times and costs. Without another one the version before it."""
    with read(actor.sight) as session:
        after = records.template(session, template_id)
        others = versions(session, after)
        earlier = [one for one in others if one.version_number < after.version_number]
        other = against or (earlier[0].id if earlier else template_id)
        before = records.template(session, other)
        plans = tuple(publishing.outline_of(session, actor, one).plan for one in (before, after))
    documents = tuple(records.document_of(one) for one in (before, after))
    steps = [{step.key: step for step in document.steps} for document in documents]
    return shown(
        screen, "templates/compare.html", before=before, after=after, versions=others, plans=plans,
        change=diff(*documents), parts_of=_parts_beside(*plans), fields=FIELDS,
        names={key: step.name for side in steps for key, step in side.items()},
    )  # fmt: skip


@router.get("/templates/{template_id}/simulate")
def get_simulate(screen: TheScreen, template_id: UUID, actor: MayReadTemplates, quantity: Entered = "") -> HTMLResponse:
    """Show what one order of so many pieces would take; what is no quantity is told at its field."""
    with read(actor.sight) as session:
        view = records.template(session, template_id)
        made = publishing.outline_of(session, actor, view)
    facts: dict[str, Any] = {"draft": view, "plan": made.plan, "faults": made.faults, "wrong": ""}
    try:
        pieces = checked(Pieces, {"quantity": quantity.strip()} if quantity.strip() else {}).quantity
    except RequestValidationError as fault:
        facts |= {"wrong": faults_of(screen, fault)["quantity"], "entered": quantity}
        return shown(screen, "templates/simulate.html", 422, **facts)
    return shown(screen, "templates/simulate.html", **facts, quantity=pieces, order=simulate(made.plan, pieces))


def _parts_beside(before: Plan, after: Plan) -> list[dict[str, Any]]:
    """Return each part with what one piece takes of it in both versions, the changed ones first."""
    sides = [{total.sku: total for total in plan.parts} for plan in (before, after)]
    rows = []
    for sku in sorted(sides[0].keys() | sides[1].keys()):
        old, new = sides[0].get(sku), sides[1].get(sku)
        known = new or old
        rows.append({
            "sku": sku, "name": known.name if known else "", "old": old, "new": new,
            "same": old is not None and new is not None and (old.quantity, old.cost) == (new.quantity, new.cost),
        })  # fmt: skip
    return sorted(rows, key=lambda row: row["same"])
