"""Stations: shared screens on the floor."""

from typing import Literal

from pydantic import Field

from models.messages.base import Code, Id, Instant, Message, Name
from models.messages.paging import PageRequest


class StationDraft(Message):
    """A station as written."""

    code: Code = Field(examples=["MECH-1"])
    name: Name = Field(examples=["Screen at the mechanical bench"])
    work_center: Code | None = Field(None, description="Code of the work centre it stands at", examples=["MECH"])
    active: bool = True


class StationView(StationDraft):
    """A station as stored."""

    id: Id
    last_seen_at: Instant | None
    row_version: int
    created_at: Instant
    updated_at: Instant


class StationWithToken(StationView):
    """A station with the token its device must send as X-Station-Token; shown once, null in a repeated answer."""

    token: str | None


class StationFilters(PageRequest):
    """How the list of stations is read; `q` looks in code and name."""

    sort: Literal["code", "-code", "name", "-name", "created_at", "-created_at"] = "code"
    active: bool | None = None
