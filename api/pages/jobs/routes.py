"""Jobs: the list, and one job as graph and list, live, with what keeps it from moving."""

import asyncio
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from pydantic import Field
from sqlmodel import Session

from api.bulk import many_jobs
from api.commands import Wish
from api.deps import MayAddFiles, MayControlWorkOrders, MayReadWorkOrders, requires
from api.errors import Problem
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm, Steering, TheAct, carry_out, steered
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.bulk import TheBulk, meant, told_of_each
from api.pages.frame.looks import HELD, WORK_ORDERS, Look
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.files import LARGEST_FORM, taken
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.bulk import ManyJobs
from models.messages.files import AttachmentDraft, AttachmentView
from models.messages.work_orders import EventFilters, JobDetail, JobFilters
from models.records import attachments, costs, files, order_changes, plans
from models.records import filters as saved_filters
from models.records.jobs import explain, forecast, pieces
from models.records.jobs import views as records
from models.records.jobs.files import files_of_job
from models.records.refusals import Refusal
from models.rules.access import TO_DO, Permission
from models.rules.filters import FilteredList
from models.rules.orders import Status
from models.rules.work_orders import OPEN, Action
from templates_engine.drawing import DrawingTooLarge, Say, StepMark, draw

router = pages("jobs")
_SHOWN_EVENTS = 30
_JOBS = marked("Jobs")
_ADDED = marked("The file stands at its step.")
_NO_FILE = marked("Choose a file and one of this job's steps.")
_P = Permission


class FileForm(ActForm):
    """A file for one step of a job."""

    work_order_id: UUID | None = None
    caption: str = Field("", max_length=200)
    file: UploadFile | None = None


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
        saved = saved_filters.saved(session, actor, FilteredList.JOBS)
    return screen.show("jobs/list.html", found=found, filters=filters, statuses=tuple(Status), saved=saved)


@router.post("/jobs/bulk")
async def act_on_jobs(screen: TheScreen, actor: MayControlWorkOrders, form: TheBulk) -> HTMLResponse:
    """Hold, release or cancel several jobs, and show what became of each."""
    ids = await asyncio.to_thread(meant, form, JobFilters, lambda filters: _fitting(actor, filters))
    many = checked(ManyJobs, {"ids": ids, "ask": form.asked()})
    results = await many_jobs(screen.request.app.state.temporal, actor, form.key, many)
    return told_of_each(screen, results, "/jobs", screen.words(_JOBS), form.query)


def _fitting(actor: Actor, filters: JobFilters) -> list[UUID]:
    with read(actor.sight) as session:
        return [job.id for job in records.jobs(session, filters).items]


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
        came_from = screen.came_from(JobFilters)
        facts: dict[str, Any] = {
            "told": {one.work_order_id: one for one in told.work_orders},
            "forecast": forecast.forecast(session, actor.tenant_id, job_id, screen.formats.now, told),
            "events": records.events(session, job_id, EventFilters(sort="-seq", limit=_SHOWN_EVENTS)),
            "drawing": _drawing(session, actor, job, screen.translated),
            "pieces": pieces.pieces(session, job_id),
            "sheet": costs.sheet_of_job(session, actor.tenant_id, job_id) if screen.may(_P.COSTS_READ) else None,
            "beside": records.beside_job(session, came_from, job_id) if came_from else None,
            "files": files_of_job(session, job_id).items if screen.may(_P.FILES_READ) else None,
            "changes": order_changes.changes(session, job.order_id) if screen.may(_P.ORDERS_READ) else (),
        }
    return screen.show(template, job=job, minutes=_minutes(job), legend=_legend(job), **facts)


def _drawing(session: Session, actor: Actor, job: JobDetail, say: Say) -> Markup | None:
    """Return the job's graph in the colours of its states; None where it has too many steps for a picture."""
    plan = plans.plan(session, actor.tenant_id, records.plan_hash(session, job.id))
    marks = {step.step_key: StepMark(step.state, step.attempt, step.held) for step in job.steps}
    try:
        return Markup(draw(plan, marks, say))  # noqa: S704 - the drawing escapes every name itself
    except DrawingTooLarge:
        return None


def _minutes(job: JobDetail) -> dict[str, Decimal]:
    """Return the planned and the actual minutes of all steps together."""
    return {
        "planned": sum((step.planned_minutes for step in job.steps), Decimal(0)),
        "actual": sum((step.actual_minutes for step in job.steps), Decimal(0)),
    }


def _legend(job: JobDetail) -> tuple[Look, ...]:
    """Return the looks that stand in the picture, each once, in the order in which work goes through them."""
    there = {step.state for step in job.steps}
    held = any(step.held and step.state in OPEN for step in job.steps)
    return (*(look for state, look in WORK_ORDERS.items() if state in there), *((HELD,) if held else ()))


@router.post("/jobs/{job_id}/files", max_body_size=LARGEST_FORM)
def add_file(
    request: Request, screen: TheScreen, job_id: UUID, actor: MayAddFiles, form: Annotated[FileForm, Form()]
) -> RedirectResponse:
    """Keep a picture or PDF at one of the job's steps."""
    back = f"/jobs/{job_id}"
    try:
        with read(actor.sight) as session:
            there = records.work_order_ids(session, records.job(session, job_id).id)
        if form.file is None or form.work_order_id not in there:
            return screen.go(back, said=screen.words(_NO_FILE), kind="bad")
        name, media_type, content = taken(form.file)
        once = OnceRunner(request, actor, form.key)
        asked = f"{form.work_order_id}\n{form.caption}\n{name}\n".encode() + content

        def attach(session: Session) -> AttachmentView:
            kept = files.store_file(session, actor, name, media_type, content)
            draft = AttachmentDraft(file_id=kept.id, work_order_id=form.work_order_id, caption=form.caption)
            return attachments.attach(session, actor, draft)

        once(asked, attach, status=201)
    except (Refusal, Problem) as refusal:
        return screen.go(back, said=str(refusal), kind="bad")
    return screen.go(f"{back}#files", said=screen.words(_ADDED))


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
