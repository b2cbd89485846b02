from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.acting import CommandKey, act, may_answer
from api.bulk import many_work_orders
from api.deps import (
    MayAssignWork,
    MayCancelWork,
    MayCompleteWork,
    MayControlWorkOrders,
    MayHoldWork,
    MayPauseWork,
    MayReadOwnWorkOrders,
    MayReleaseWork,
    MayReportWork,
    MayResumeWork,
    MayReworkWork,
    MaySkipWork,
    MayStartWork,
    MayWorkOnOrders,
)
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.bulk import BulkResults, ManyWorkOrders
from models.messages.commands import (
    AssignWorkOrder,
    CancelWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    Outcome,
    PauseWorkOrder,
    ReleaseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    ReworkWorkOrder,
    SkipWorkOrder,
    StartWorkOrder,
)
from models.messages.exports import WorkOrderExport
from models.messages.notes import NoteDraft, Notes, NoteView
from models.messages.paging import Page
from models.messages.work_orders import WorkOrderDetail, WorkOrderFilters, WorkOrderView
from models.records import notes
from models.records.work_orders import views as records
from models.rules.commands import RefusalKind as R

router = feature("work orders", "/work-orders")
_ALWAYS = (R.WRONG_STATE, R.STALE_ATTEMPT, R.JOB_CLOSED, R.CANNOT_BE_STORED)
_HANDS = (*_ALWAYS, R.ON_HOLD, R.NOT_YOURS, R.NOT_QUALIFIED)
_PIECES = (
    *_HANDS, R.PIECES_DO_NOT_ADD_UP, R.NOT_COUNTABLE, R.PREDECESSOR_OPEN, R.STOCK_SHORT, R.DATA_MISSING,
    R.DATA_OUT_OF_LIMITS, R.UNKNOWN_FIELD, R.UNKNOWN_PART, R.UNKNOWN_FILE,
)  # fmt: skip


@router.get("", summary="List work orders", responses=documented("bad-cursor"))
def list_work_orders(
    request: Request, response: Response, actor: MayReadOwnWorkOrders, filters: Annotated[WorkOrderFilters, Query()]
) -> Page[WorkOrderView]:
    """Return one page of work orders; `mine=true&state=READY` is what you may start now."""
    with read(actor.sight) as session:
        return linked(request, response, records.work_orders(session, filters, actor.user_id))


@router.get("/export", summary="Export work orders", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_work_orders(actor: MayReadOwnWorkOrders, asked: Annotated[WorkOrderExport, Query()]) -> StreamingResponse:
    """Return every work order that fits as a CSV file."""
    with read(actor.sight) as session:
        rows = records.every_work_order(session, asked, actor.user_id)
        return as_csv("work-orders", WorkOrderView, rows, asked)


@router.post("/bulk", summary="Act on many work orders", responses=documented("idempotency-key-missing"))
async def act_on_work_orders(
    request: Request, many: ManyWorkOrders, actor: MayControlWorkOrders, key: CommandKey
) -> BulkResults:
    """Assign, hold, release, skip or cancel up to 200; each is decided by itself and answered with its fate."""
    return BulkResults(items=await many_work_orders(request.app.state.temporal, actor, key, many))


@router.get("/{work_order_id}", summary="Get a work order", responses=documented("not-found"))
def get_work_order(work_order_id: UUID, actor: MayReadOwnWorkOrders) -> WorkOrderDetail:
    """Return a work order with instructions, parts, data to collect and times."""
    with read(actor.sight) as session:
        return records.work_order(session, actor.tenant_id, work_order_id)


@router.get("/{work_order_id}/notes", summary="List the notes at a work order", responses=documented("not-found"))
def list_notes(work_order_id: UUID, actor: MayReadOwnWorkOrders) -> Notes:
    """Return what people left to know for whoever goes on, the newest first."""
    with read(actor.sight) as session:
        return Notes(items=notes.notes_of(session, work_order_id))


@router.post(
    "/{work_order_id}/notes", status_code=201, summary="Leave a note at a work order", response_model=NoteView,
    responses=documented("not-found", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def write_note(work_order_id: UUID, draft: NoteDraft, actor: MayWorkOnOrders, once: Once) -> Response:
    """Leave a note for the next person or shift; it stays for ever and is shown on the work's card."""
    return once(draft, lambda session: notes.write_note(session, actor, work_order_id, draft), status=201)


@router.post("/{work_order_id}/start", summary="Start", response_model=Outcome, responses=may_answer(*_HANDS))
async def start_work_order(
    request: Request,
    work_order_id: UUID,
    actor: MayStartWork,
    key: CommandKey,
    ask: Annotated[StartWorkOrder | None, Body()] = None,
) -> Response:
    """Begin the work: the clock runs, and an unassigned order becomes yours."""
    return await act(request, actor, key, ask or StartWorkOrder(), work_order_id=work_order_id)


@router.post("/{work_order_id}/pause", summary="Pause", response_model=Outcome, responses=may_answer(*_HANDS))
async def pause_work_order(
    request: Request,
    work_order_id: UUID,
    actor: MayPauseWork,
    key: CommandKey,
    ask: Annotated[PauseWorkOrder | None, Body()] = None,
) -> Response:
    """Stop the clock for a while."""
    return await act(request, actor, key, ask or PauseWorkOrder(), work_order_id=work_order_id)


@router.post("/{work_order_id}/resume", summary="Resume", response_model=Outcome, responses=may_answer(*_HANDS))
async def resume_work_order(
    request: Request,
    work_order_id: UUID,
    actor: MayResumeWork,
    key: CommandKey,
    ask: Annotated[ResumeWorkOrder | None, Body()] = None,
) -> Response:
    """Go on after a pause."""
    return await act(request, actor, key, ask or ResumeWorkOrder(), work_order_id=work_order_id)


@router.post("/{work_order_id}/report", summary="Report pieces", response_model=Outcome, responses=may_answer(*_PIECES))
async def report_work_order(
    request: Request, work_order_id: UUID, ask: ReportWorkOrder, actor: MayReportWork, key: CommandKey
) -> Response:
    """Count pieces so far and go on; followers that may start early get theirs."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)


@router.post("/{work_order_id}/complete", summary="Complete", response_model=Outcome, responses=may_answer(*_PIECES))
async def complete_work_order(
    request: Request,
    work_order_id: UUID,
    actor: MayCompleteWork,
    key: CommandKey,
    ask: Annotated[CompleteWorkOrder | None, Body()] = None,
) -> Response:
    """Finish the attempt; parts leave stock in the same transaction, and what waited for it becomes ready."""
    return await act(request, actor, key, ask or CompleteWorkOrder(), work_order_id=work_order_id)


@router.post(
    "/{work_order_id}/assign", summary="Assign", response_model=Outcome,
    responses=may_answer(*_ALWAYS, R.UNKNOWN_PERSON, R.NOT_QUALIFIED),
)  # fmt: skip
async def assign_work_order(
    request: Request, work_order_id: UUID, ask: AssignWorkOrder, actor: MayAssignWork, key: CommandKey
) -> Response:
    """Give the work to a person, or with `user_id` null to nobody."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)


@router.post(
    "/{work_order_id}/skip", summary="Skip", response_model=Outcome, responses=may_answer(*_ALWAYS, R.NOT_OPTIONAL)
)
async def skip_work_order(
    request: Request, work_order_id: UUID, ask: SkipWorkOrder, actor: MaySkipWork, key: CommandKey
) -> Response:
    """Leave out an optional step."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)


@router.post(
    "/{work_order_id}/rework", summary="Send back for rework", response_model=Outcome,
    responses=may_answer(
        *_ALWAYS, R.NOT_COUNTABLE, R.NOTHING_TO_REWORK, R.NOT_AN_ANCESTOR, R.PIECES_MOVED_ON, R.NO_SUCH_STEP
    ),
)  # fmt: skip
async def rework_work_order(
    request: Request, work_order_id: UUID, ask: ReworkWorkOrder, actor: MayReworkWork, key: CommandKey
) -> Response:
    """Open the next attempt here, or at an earlier step and everything between."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)


@router.post("/{work_order_id}/hold", summary="Hold", response_model=Outcome, responses=may_answer(*_ALWAYS, R.ON_HOLD))
async def hold_work_order(
    request: Request, work_order_id: UUID, ask: HoldWorkOrder, actor: MayHoldWork, key: CommandKey
) -> Response:
    """Forbid the work until it is released; running work is paused."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)


@router.post(
    "/{work_order_id}/release", summary="Release", response_model=Outcome,
    responses=may_answer(*_ALWAYS, R.NOT_ON_HOLD),
)  # fmt: skip
async def release_work_order(
    request: Request,
    work_order_id: UUID,
    actor: MayReleaseWork,
    key: CommandKey,
    ask: Annotated[ReleaseWorkOrder | None, Body()] = None,
) -> Response:
    """Lift a hold."""
    return await act(request, actor, key, ask or ReleaseWorkOrder(), work_order_id=work_order_id)


@router.post("/{work_order_id}/cancel", summary="Cancel", response_model=Outcome, responses=may_answer(*_ALWAYS))
async def cancel_work_order(
    request: Request, work_order_id: UUID, ask: CancelWorkOrder, actor: MayCancelWork, key: CommandKey
) -> Response:
    """Give the work up; what it has used stays used, and its followers wait for a decision."""
    return await act(request, actor, key, ask, work_order_id=work_order_id)
