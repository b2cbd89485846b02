"""Forms with many fields: what was sent becomes a message, and what is wrong is told at its field."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.datastructures import UploadFile

from api.idempotency import OnceRunner
from api.pages.frame.asking import checked
from api.pages.frame.faults import reason
from api.pages.frame.screen import Screen
from models.messages.access import Actor
from models.messages.base import Message
from models.records.refusals import Missing, Refusal, Stale, Taken

Wanted = TypeVar("Wanted", bound=Message)
WRONG = (RequestValidationError, Refusal)
_MOST_FIELDS = 6_000


class _Key(Message):
    """The key made when the form was drawn: sending it twice is one act."""

    key: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a form sent: texts by name, those of one name in their order, and files."""

    request: Request
    pairs: tuple[tuple[str, str], ...]
    files: Mapping[str, UploadFile]

    @property
    def values(self) -> dict[str, str]:
        """Return the texts by name, to fill the form in again."""
        return dict(self.pairs)

    def get(self, name: str) -> str:
        """Return a text without spaces around it; empty where it was not sent."""
        return self.values.get(name, "").strip()

    def all(self, name: str) -> list[str]:
        """Return every text of one name, in its order."""
        return [value.strip() for one, value in self.pairs if one == name]

    @property
    def version(self) -> int:
        """Return the version the form was drawn from; nothing has version 0."""
        text = self.get("version")
        return int(text) if text.isdecimal() and len(text) <= 9 else 0  # noqa: PLR2004 - digits of an int

    def once(self, actor: Actor, content: BaseModel | bytes, act: Callable[[Session], BaseModel]) -> Any:  # noqa: ANN401 - JSON
        """Do what the form asks once, however often it is sent; return what `act` answered the first time, as JSON."""
        key = checked(_Key, {"key": self.get("key")}).key
        return json.loads(bytes(OnceRunner(self.request, actor, key)(content, act, status=201).body))


async def entered(request: Request) -> AsyncIterator[Entry]:
    """Yield what a form sent; its files are closed when the answer is made."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        pairs = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str))
        files = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile)}
        yield Entry(request, pairs, files)


TheEntry = Annotated[Entry, Depends(entered)]


def message_of(model: type[Wanted], entry: Entry, **given: Any) -> Wanted:  # noqa: ANN401 - any field
    """Return the message a form describes; what is left empty takes its default, `given` is not asked for.

    Raises RequestValidationError, which names each wrong field.
    """
    content: dict[str, Any] = dict(given)
    for name, field in model.model_fields.items():
        if name in given:
            continue
        text = entry.get(name)
        if field.annotation is bool:
            content[name] = bool(text)
        elif text:
            content[name] = text
    return checked(model, content)


def faults_of(screen: Screen, fault: Exception, code: str = "code") -> dict[str, str]:
    """Return what is wrong by field, under no name what belongs to none; `code` is the field of a name that is taken.

    Raises the fault itself where its subject does not exist: then there is no form to show.
    """
    if isinstance(fault, Missing):
        raise fault
    if isinstance(fault, RequestValidationError):
        return {_place(one["loc"][1:]): reason(screen, one) for one in fault.errors()}
    if isinstance(fault, Taken):
        return {code: screen.why(fault)}
    return {getattr(fault, "pointer", "").strip("/").replace("/", "."): screen.why(fault)}


def status_of(fault: Exception) -> int:
    """Return the status of a form that is shown again."""
    return 409 if isinstance(fault, Stale) else 422


def _place(steps: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in steps)
