from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.acting import CommandKey, act, may_answer
from api.bulk import many_jobs
from api.deps import MayCancelWork, MayControlWorkOrders, MayHoldWork, MayReadCosts, MayReadWorkOrders, MayReleaseWork
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.bulk import BulkResults, ManyJobs
from models.messages.commands import CancelWorkOrder, HoldWorkOrder, Outcome, ReleaseWorkOrder
from models.messages.costs import CostSheet
from models.messages.exports import JobExport
from models.messages.files import JobFiles
from models.messages.forecasts import JobForecast
from models.messages.paging import Page
from models.messages.pieces import JobPieces
from models.messages.work_orders import EventFilters, JobDetail, JobEventView, JobExplanation, JobFilters, JobView
from models.records import costs, plans
from models.records.jobs import explain, files, forecast, pieces, views
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


@router.get("/export", summary="Export jobs", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_jobs(actor: MayReadWorkOrders, asked: Annotated[JobExport, Query()]) -> StreamingResponse:
    """Return every job that fits as a CSV file."""
    with read(actor.sight) as session:
        return as_csv("jobs", JobView, views.every_job(session, asked), asked)


@router.post("/bulk", summary="Act on many jobs", responses=documented("idempotency-key-missing"))
async def act_on_jobs(request: Request, many: ManyJobs, actor: MayControlWorkOrders, key: CommandKey) -> BulkResults:
    """Hold, release or cancel up to 200 jobs; each is decided by itself and answered with its fate."""
    return BulkResults(items=await many_jobs(request.app.state.temporal, actor, key, many))


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


@router.get("/{job_id}/forecast", summary="Forecast a job", responses=documented("not-found"))
def forecast_job(job_id: UUID, actor: MayReadWorkOrders) -> JobForecast:
    """Say when it will be done at the earliest, what stands in the way, and what that assumes."""
    with read(actor.sight) as session:
        return forecast.forecast(session, actor.tenant_id, job_id, datetime.now(UTC))


@router.get("/{job_id}/pieces", summary="Count a job's pieces", responses=documented("not-found"))
def get_job_pieces(job_id: UUID, actor: MayReadWorkOrders) -> JobPieces:
    """Return where its pieces are, step by step: what came in is what was made, lost, put aside or is still open."""
    with read(actor.sight) as session:
        return pieces.pieces(session, job_id)


@router.get("/{job_id}/files", summary="List a job's files", responses=documented("not-found"))
def list_job_files(job_id: UUID, actor: MayReadWorkOrders) -> JobFiles:
    """Return photos and documents at the steps they belong to."""
    with read(actor.sight) as session:
        return files.files_of_job(session, job_id)


@router.get("/{job_id}/costs", summary="Read its cost sheet", responses=documented("not-found"))
def get_job_costs(job_id: UUID, actor: MayReadCosts) -> CostSheet:
    """Return planned and actual cost so far; the plan's rates and prices stay as they were when it was published."""
    with read(actor.sight) as session:
        return costs.sheet_of_job(session, actor.tenant_id, job_id)


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
