"""Jobs: the list, and one job as graph and list, live, with what keeps it from moving."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from sqlmodel import Session

from api.commands import Wish
from api.deps import MayReadWorkOrders, requires
from api.pages.frame.acting import Steering, TheAct, carry_out, steered
from api.pages.frame.asking import filters_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.work_orders import EventFilters, JobDetail, JobFilters
from models.records import plans
from models.records.jobs import explain
from models.records.jobs import views as records
from models.rules.access import TO_DO
from models.rules.orders import Status
from models.rules.work_orders import Action
from templates_engine.drawing import DrawingTooLarge, StepMark, draw

router = pages("jobs")
_SHOWN_EVENTS = 30


_DONE = {
    Steering.HOLD: marked("The job is on hold."),
    Steering.RELEASE: marked("The job goes on."),
    Steering.CANCEL: marked("The job is cancelled; what was used stays used."),
}


@router.get("/jobs")
def list_jobs(
    screen: TheScreen, actor: MayReadWorkOrders, filters: Annotated[JobFilters, Depends(filters_of(JobFilters))]
) -> HTMLResponse:
    """Show one page of jobs."""
    with read(actor.sight) as session:
        found = records.jobs(session, filters)
    return screen.show("jobs/list.html", found=found, filters=filters, statuses=tuple(Status))


@router.get("/jobs/{job_id}")
def get_job(screen: TheScreen, job_id: UUID, actor: MayReadWorkOrders) -> HTMLResponse:
    """Show a job."""
    return _show("jobs/job.html", screen, actor, job_id)


@router.get("/jobs/{job_id}/live")
def get_job_live(screen: TheScreen, job_id: UUID, actor: MayReadWorkOrders) -> HTMLResponse:
    """Show what changes of a job, for a page that is open."""
    return _show("jobs/live.html", screen, actor, job_id)


def _show(template: str, screen: Screen, actor: Actor, job_id: UUID) -> HTMLResponse:
    with read(actor.sight) as session:
        job = JobDetail.model_validate_json(records.detail(session, actor.tenant_id, job_id))
        told = explain.explain(session, actor.tenant_id, job_id)
        events = records.events(session, job_id, EventFilters(sort="-seq", limit=_SHOWN_EVENTS))
        drawing = _drawing(session, actor, job)
    return screen.show(
        template, job=job, told={one.work_order_id: one for one in told.work_orders}, events=events, drawing=drawing,
        pieces=_pieces(job),
    )  # fmt: skip


def _drawing(session: Session, actor: Actor, job: JobDetail) -> Markup | None:
    """Return the job's graph in the colours of its states; None where it has too many steps for a picture."""
    plan = plans.plan(session, actor.tenant_id, records.plan_hash(session, job.id))
    marks = {step.step_key: StepMark(step.state, step.attempt, step.held) for step in job.steps}
    try:
        return Markup(draw(plan, marks))  # noqa: S704 - the drawing escapes every name itself
    except DrawingTooLarge:
        return None


def _pieces(job: JobDetail) -> dict[str, Any]:
    """Return what the job's steps have scrapped and rejected together, and their minutes."""
    return {
        "scrapped": sum(step.scrapped for step in job.steps),
        "rejected": sum(step.rejected for step in job.steps),
        "planned": sum(step.planned_minutes for step in job.steps),
        "actual": sum(step.actual_minutes for step in job.steps),
    }


def _add_steering(steering: Steering, done: str) -> None:
    """Add the form that holds, releases or cancels a whole job, which needs that action's permission."""
    may_do = Depends(requires(TO_DO[Action(steering)]))

    @router.post(f"/jobs/{{job_id}}/{steering}", name=f"{steering}_job_on_page")
    async def steer_job(
        screen: TheScreen, job_id: UUID, actor: Annotated[Actor, may_do], form: TheAct
    ) -> RedirectResponse:
        wish = Wish(form.key, steered(steering, form.reason), job_id=job_id)
        return await carry_out(screen, actor, wish, f"/jobs/{job_id}", screen.words(done))


for _steering, _words in _DONE.items():
    _add_steering(_steering, _words)
