from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from api.acting import CommandKey, act, may_answer
from api.deps import MayCancelWork, MayHoldWork, MayReadWorkOrders, MayReleaseWork
from api.errors import documented
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.commands import CancelWorkOrder, HoldWorkOrder, Outcome, ReleaseWorkOrder
from models.messages.paging import Page
from models.messages.work_orders import EventFilters, JobDetail, JobEventView, JobExplanation, JobFilters, JobView
from models.records import plans
from models.records.jobs import explain, views
from models.rules.commands import RefusalKind as R
from models.rules.work_orders import WorkOrderState
from templates_engine.drawing import StepMark, draw

router = feature("jobs", "/jobs")
_ALWAYS = (R.WRONG_STATE, R.JOB_CLOSED)


@router.get("", summary="List jobs", responses=documented("bad-cursor"))
def list_jobs(
    request: Request, response: Response, actor: MayReadWorkOrders, filters: Annotated[JobFilters, Query()]
) -> Page[JobView]:
    """Return one page of jobs."""
    with read(actor.sight) as session:
        return linked(request, response, views.jobs(session, filters))


@router.get("/{job_id}", summary="Get a job", response_model=JobDetail, responses=documented("not-found"))
def get_job(job_id: UUID, actor: MayReadWorkOrders) -> Response:
    """Return a job with every step, its latest attempt and what comes before it."""
    with read(actor.sight) as session:
        return Response(views.detail(session, actor.tenant_id, job_id), media_type="application/json")


@router.get("/{job_id}/events", summary="List a job's facts", responses=documented("not-found", "bad-cursor"))
def list_job_events(
    request: Request,
    response: Response,
    job_id: UUID,
    actor: MayReadWorkOrders,
    filters: Annotated[EventFilters, Query()],
) -> Page[JobEventView]:
    """Return one page of everything that happened to a job, from its beginning."""
    with read(actor.sight) as session:
        views.plan_hash(session, job_id)
        return linked(request, response, views.events(session, job_id, filters))


@router.get("/{job_id}/explain", summary="Explain a job", responses=documented("not-found"))
def explain_job(job_id: UUID, actor: MayReadWorkOrders) -> JobExplanation:
    """Say why each open work order is not moving."""
    with read(actor.sight) as session:
        return explain.explain(session, actor.tenant_id, job_id)


@router.get("/{job_id}/graph.svg", summary="Draw a job", response_class=Response, responses=documented("not-found"))
def draw_job(job_id: UUID, actor: MayReadWorkOrders) -> Response:
    """Return the job's graph with the state of each step, as SVG."""
    with read(actor.sight) as session:
        plan = plans.plan(session, actor.tenant_id, views.plan_hash(session, job_id))
        found = views.states(session, job_id)
    marks = {step: StepMark(WorkOrderState(state), attempt, held) for step, (state, attempt, held) in found.items()}
    return Response(draw(plan, marks), media_type="image/svg+xml")


@router.post("/{job_id}/hold", summary="Hold a job", response_model=Outcome, responses=may_answer(*_ALWAYS, R.ON_HOLD))
async def hold_job(request: Request, job_id: UUID, ask: HoldWorkOrder, actor: MayHoldWork, key: CommandKey) -> Response:
    """Stop all work on a job until it is released."""
    return await act(request, actor, key, ask, job_id=job_id)


@router.post(
    "/{job_id}/release", summary="Release a job", response_model=Outcome,
    responses=may_answer(*_ALWAYS, R.NOT_ON_HOLD),
)  # fmt: skip
async def release_job(
    request: Request,
    job_id: UUID,
    actor: MayReleaseWork,
    key: CommandKey,
    ask: Annotated[ReleaseWorkOrder | None, Body()] = None,
) -> Response:
    """Let work on a job go on."""
    return await act(request, actor, key, ask or ReleaseWorkOrder(), job_id=job_id)


@router.post("/{job_id}/cancel", summary="Cancel a job", response_model=Outcome, responses=may_answer(*_ALWAYS))
async def cancel_job(
    request: Request, job_id: UUID, ask: CancelWorkOrder, actor: MayCancelWork, key: CommandKey
) -> Response:
    """End a job; material already used stays used."""
    return await act(request, actor, key, ask, job_id=job_id)
