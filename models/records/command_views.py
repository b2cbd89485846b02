"""The command inbox as people read it, exceptions first of all."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.command_views import CommandFilters, CommandView
from models.messages.commands import Request
from models.messages.paging import Page
from models.records.paging import Listing, page
from models.records.refusals import found
from models.rules.commands import CommandState, Door
from models.tables.access.people import User
from models.tables.jobs import Command, Job
from models.tables.work_orders import WorkOrder

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_LISTING = Listing(
    "commands", Command.id, sorts={"received_at": Command.received_at}, search=(Job.code, WorkOrder.code)
)


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Command,
            col(Job.code).label("job_code"),
            col(WorkOrder.code).label("work_order_code"),
            col(User.display_name).label("actor"),
        )
        .join(Job, col(Job.id) == col(Command.job_id))
        .join(User, col(User.id) == col(Command.actor_id))
        .outerjoin(WorkOrder, col(WorkOrder.id) == col(Command.work_order_id))
    )


def _view(row: Row[Any]) -> CommandView:
    hidden = {"tenant_id", "data", "request_hash", "actor_id", "acts_for_others", "origin", "signalled_at",
              "acknowledged_by"}  # fmt: skip
    labels = {"job_code": row.job_code, "work_order_code": row.work_order_code, "actor": row.actor}
    return CommandView.model_validate({**row.Command.model_dump(exclude=hidden), **labels})


def commands(session: Session, filters: CommandFilters) -> Page[CommandView]:
    """Return one page of commands."""
    wanted = (
        (col(Command.state), filters.state),
        (col(Command.door), filters.door),
        (col(Command.job_id), filters.job_id),
        (col(Command.work_order_id), filters.work_order_id),
    )
    statement = _statement().where(*(column == value for column, value in wanted if value is not None))
    if filters.exceptions:
        statement = statement.where(
            col(Command.state) == CommandState.REFUSED,
            col(Command.door) == Door.SIGNAL,
            col(Command.acknowledged_at).is_(None),
        )
    return page(session, statement, _LISTING, filters, _view)


def command(session: Session, command_id: UUID) -> CommandView:
    """Return one command. Raises Missing."""
    statement = _statement().where(col(Command.id) == command_id)
    return _view(found("command", command_id, session.execute(statement).first()))


def request_of(session: Session, command_id: UUID) -> Request:
    """Return what a command asked, to ask it again. Raises Missing."""
    row = session.execute(select(Command).where(col(Command.id) == command_id)).scalar_one_or_none()
    return _REQUEST.validate_python(found("command", command_id, row).data)
