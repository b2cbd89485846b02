"""Versions: what is read carries an ETag, what is changed names the version it is based on."""

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from api.errors import Problem
from models.messages.base import Message

View = TypeVar("View", bound=Message)

_VERSION = re.compile(r'"(\d{1,9})"')


def etag(version: int) -> str:
    """Return the strong entity tag of a row version."""
    return f'"{version}"'


_IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag you read", examples=['"3"'], max_length=200)
]


async def if_match(value: _IfMatch = None) -> int:
    """Return the version a change is based on. Raises Problem where it is missing or no single ETag of ours."""
    if value is None:
        raise Problem("version-missing", "Send the ETag you read in the header If-Match.")
    return _version(value)


async def maybe_if_match(value: _IfMatch = None) -> int | None:
    """Return the version a change is based on, if the sender cares. Raises Problem for no single ETag of ours."""
    return None if value is None else _version(value)


def _version(value: str) -> int:
    version = _VERSION.fullmatch(value.strip())
    if version is None:
        raise Problem("unreadable-request", 'If-Match must be one ETag as it was given out, such as "3".')
    return int(version[1])


# Required on every PUT, PATCH and DELETE of a versioned thing.
ExpectedVersion = Annotated[int, Depends(if_match)]
MaybeVersion = Annotated[int | None, Depends(maybe_if_match)]


class Unchanged(Exception):  # noqa: N818 - not an error but the answer 304
    """The asker already has this version."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def versioned(request: Request, response: Response, view: View, version: int | None = None) -> View:
    """Return the view, its ETag put on the answer. Raises Unchanged where If-None-Match names this version."""
    current = view.row_version if version is None else version  # type: ignore[attr-defined]  # callers say otherwise
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag(current) in known or "*" in known:
        raise Unchanged(current)
    response.headers["ETag"] = etag(current)
    return view


async def unchanged(_request: Request, error: Exception) -> Response:
    """Answer 304 to somebody who already has this version."""
    return Response(status_code=304, headers={"ETag": etag(error.version)} if isinstance(error, Unchanged) else None)
