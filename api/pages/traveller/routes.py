"""The traveller: a sheet per job that goes with the goods, a QR code at each step, boxes for what a hand writes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayReadWorkOrders
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.traveller.labels import qr
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.templates import Plan
from models.messages.work_orders import JobDetail, JobFilters
from models.records import order_views, plans
from models.records.jobs import views
from models.rules.boms import requirement

router = pages("travellers")
_MOST_JOBS = 50  # of one order on one print


@router.get("/jobs/{job_id}/traveller")
def get_job_traveller(screen: TheScreen, job_id: UUID, actor: MayReadWorkOrders) -> HTMLResponse:
    """Show the sheet of one job, to be printed."""
    with read(actor.sight) as session:
        sheet = _sheet(session, screen.request, actor, job_id)
    return _show(screen, [sheet], sheet["job"].code, f"/jobs/{job_id}", left_out=0)


@router.get("/orders/{order_id}/traveller")
def get_order_traveller(screen: TheScreen, order_id: UUID, actor: MayReadWorkOrders) -> HTMLResponse:
    """Show the sheets of an order's jobs, one after the other, each on pages of its own."""
    with read(actor.sight) as session:
        order = order_views.order(session, order_id)
        found = views.jobs(session, JobFilters(order_id=order_id, sort="code", limit=200))
        sheets = [_sheet(session, screen.request, actor, job.id) for job in found.items[:_MOST_JOBS]]
    return _show(screen, sheets, order.code, f"/orders/{order_id}", left_out=len(found.items) - len(sheets))


def _show(screen: Screen, sheets: list[dict[str, Any]], code: str, back: str, *, left_out: int) -> HTMLResponse:
    printed: datetime = screen.formats.now
    return screen.show("traveller/sheets.html", sheets=sheets, code=code, back=back, printed=printed, left_out=left_out)


def _sheet(session: Session, request: Request, actor: Actor, job_id: UUID) -> dict[str, Any]:
    """Return what stands on a job's sheet: its steps with their codes, and the parts to pick for the whole lot."""
    job = JobDetail.model_validate_json(views.detail(session, actor.tenant_id, job_id))
    plan = plans.plan(session, actor.tenant_id, views.plan_hash(session, job_id))
    order = order_views.order(session, job.order_id)
    steps = [
        {"step": step, "qr": qr(_address(request, step.code)), "fields": plan.steps[step.step_index].data,
         "crew": plan.steps[step.step_index].crew, "skills": plan.steps[step.step_index].skills}
        for step in job.steps
    ]  # fmt: skip
    return {
        "job": job,
        "order": order,
        "qr": qr(_address(request, job.code)),
        "steps": steps,
        "picks": _picks(plan, job.quantity),
    }


def _picks(plan: Plan, quantity: Decimal) -> list[dict[str, Any]]:
    """Return what to take from stock for the whole lot: each part once, with the steps it is for."""
    picks: dict[str, dict[str, Any]] = {}
    for step in plan.steps:
        for line in step.parts:
            one = picks.setdefault(
                line.sku, {"sku": line.sku, "name": line.name, "uom": line.uom, "quantity": Decimal(0), "steps": []}
            )
            one["quantity"] += requirement(line, quantity)
            one["steps"] += [] if step.name in one["steps"] else [step.name]
    return [picks[sku] for sku in sorted(picks)]


def _address(request: Request, code: str) -> str:
    """Return where a code leads: it stays the same for ever, and a scanner that reads it finds the code at its end."""
    return f"{request.base_url}scan/{code}"
