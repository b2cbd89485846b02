"""Calls for help: raised at a station, answered by whoever may control work, closed when it is over."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.calls import CallDraft, CallFilters, CallState, CallView
from models.messages.paging import Page
from models.records.paging import Listing, page
from models.records.refusals import Conflict, found
from models.records.versioned import tell
from models.rules.access import Permission
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.catalog import WorkCenter
from models.tables.floor import Call
from models.tables.work_orders import WorkOrder

_WHAT, _MODULE = "call", "calls"
_LISTING = Listing("calls", Call.id, sorts={"raised_at": Call.raised_at}, search=(WorkOrder.code, Call.reason))
_CALLER, _HELPER = aliased(User), aliased(User)


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Call,
            col(WorkOrder.code).label("code"),
            col(WorkOrder.name).label("work"),
            col(WorkCenter.name).label("work_center"),
            col(_CALLER.display_name).label("caller"),
            col(_HELPER.display_name).label("helper"),
        )
        .join(WorkOrder, col(WorkOrder.id) == col(Call.work_order_id))
        .join(WorkCenter, col(WorkCenter.id) == col(WorkOrder.work_center_id))
        .join(_CALLER, col(_CALLER.id) == col(Call.raised_by))
        .outerjoin(_HELPER, col(_HELPER.id) == col(Call.answered_by))
    )


def _view(row: Row[Any]) -> CallView:
    stored = row.Call.model_dump(exclude={"tenant_id", "raised_by", "answered_by", "closed_by"})
    return CallView(
        **stored, code=row.code, work=row.work, work_center=row.work_center, raised_by=row.caller,
        answered_by=row.helper,
    )  # fmt: skip


def calls(session: Session, filters: CallFilters) -> Page[CallView]:
    """Return one page of calls."""
    statement = _statement()
    if filters.open is not None:
        over = col(Call.state) == CallState.CLOSED.value
        statement = statement.where(~over if filters.open else over)
    if filters.work_order_id is not None:
        statement = statement.where(col(Call.work_order_id) == filters.work_order_id)
    return page(session, statement, _LISTING, filters, _view)


def call(session: Session, identity: UUID) -> CallView:
    """Return one call. Raises Missing."""
    return _view(found(_WHAT, identity, session.execute(_statement().where(col(Call.id) == identity)).first()))


def raise_call(session: Session, actor: Actor, draft: CallDraft) -> CallView:
    """Call for help. Raises Missing for a work order one does not see."""
    found("work order", draft.work_order_id, session.get(WorkOrder, draft.work_order_id))
    row = Call(tenant_id=actor.tenant_id, raised_by=actor.user_id, **draft.model_dump())
    session.add(row)
    session.flush()
    view = call(session, row.id)
    tell(session, actor, "calls:raised", row.id, module=_MODULE, after=view)
    return view


def answer_call(session: Session, actor: Actor, identity: UUID) -> CallView:
    """Say that one comes; the first who does is the one. Raises Missing, and Conflict where it is over."""
    row = _locked(session, identity)
    if row.state == CallState.CLOSED:
        raise Conflict("This call is over.")
    if row.state == CallState.OPEN:
        before = call(session, identity)
        row.state, row.answered_by, row.answered_at = CallState.ANSWERED.value, actor.user_id, utc_now()
        session.flush()
        tell(session, actor, "calls:answered", identity, module=_MODULE, before=before, after=call(session, identity))
    return call(session, identity)


def close_call(session: Session, actor: Actor, identity: UUID) -> CallView:
    """Say that help is not needed any more; twice changes nothing. Raises Missing, and Conflict for others' calls."""
    row = _locked(session, identity)
    if row.raised_by != actor.user_id and not actor.may(Permission.WORK_ORDERS_CONTROL):
        raise Conflict("Only who called, or a manager, can close a call.")
    if row.state != CallState.CLOSED:
        before = call(session, identity)
        row.state, row.closed_by, row.closed_at = CallState.CLOSED.value, actor.user_id, utc_now()
        session.flush()
        tell(session, actor, "calls:closed", identity, module=_MODULE, before=before, after=call(session, identity))
    return call(session, identity)


def _locked(session: Session, identity: UUID) -> Call:
    row: Call = found(_WHAT, identity, session.get(Call, identity, with_for_update=True, populate_existing=True))
    return row
