"""Teams and skills as written and as stored."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from models.messages.base import Code, Id, Instant, Message, Name
from models.messages.paging import PageRequest


def _each_once(people: tuple[Id, ...]) -> tuple[Id, ...]:
    return tuple(dict.fromkeys(people))


class TeamDraft(Message):
    """People who share work: what is given to the team may be taken by any of them."""

    code: Code = Field(examples=["NIGHT-A"])
    name: Name = Field(examples=["Night shift, line A"])
    members: Annotated[tuple[Id, ...], AfterValidator(_each_once)] = Field((), max_length=500)
    active: bool = True


class Member(Message):
    """Somebody who belongs to a team."""

    id: Id
    username: str
    display_name: str
    active: bool


class _Stored(Message):
    id: Id
    code: str
    name: str
    active: bool
    row_version: int
    created_at: Instant
    updated_at: Instant


class TeamView(_Stored):
    """A team with its people."""

    members: tuple[Member, ...]


class SkillDraft(Message):
    """Something that must be learnt before a step which requires it may be done."""

    code: Code = Field(examples=["WELD-TIG"])
    name: Name = Field(examples=["TIG welding"])
    active: bool = True


class SkillView(_Stored):
    """A skill, and how many active people are certified for it today."""

    certified: int


class TeamFilters(PageRequest):
    """How teams or skills are read; `q` looks in code and name."""

    sort: Literal["code", "-code", "name", "-name", "created_at", "-created_at"] = "code"
    active: bool | None = None


class SkillFilters(TeamFilters):
    """How skills are read; `q` looks in code and name."""
