"""Once: a request that creates or changes something happens once, however often it is sent."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.conditional import etag as etag_of
from api.deps import SignedIn
from api.errors import Problem
from models.connections.postgres import begin
from models.messages.access import Actor
from models.records.idempotency import RequestKey, store_answer, stored_answer

_LONGEST_KEY = 200


def _fingerprint(path: str, query: str, content: BaseModel | bytes | None) -> str:
    body = content.model_dump_json().encode() if isinstance(content, BaseModel) else (content or b"")
    return sha256(b"\n".join((path.encode(), query.encode(), body))).hexdigest()


class OnceRunner:
    """Runs one change in one transaction together with its stored answer.

    In a route: `return once(draft, lambda session: parts.create(session, actor, draft), status=201)`.
    """

    def __init__(self, request: Request, actor: Actor, key: str) -> None:
        self._request, self._actor, self._key = request, actor, key

    def __call__(
        self,
        content: BaseModel | bytes | None,
        act: Callable[[Session], BaseModel],
        *,
        status: int = 200,
        location: str | None = None,
        shown_once: str | None = None,
    ) -> Response:
        """Return the stored answer of the same request, or run `act` and store its answer; one commit.

        `content` is what was asked, so that another request under the same key is told apart. The answer's `id` fills
        `location`, its `row_version` becomes the ETag. The field `shown_once` names is a secret: the stored answer, and
        so any repetition, holds null in its place. Raises KeyReused and whatever `act` raises.
        """
        url = self._request.url
        fingerprint = _fingerprint(url.path, url.query, content)
        asked = RequestKey(self._actor.tenant_id, self._actor.user_id, self._key, fingerprint)
        with begin(self._actor.sight) as session:
            stored = stored_answer(session, asked)
            if stored is not None:
                answer = _answer(stored.body, stored.status, stored.etag, location)
                answer.headers["Idempotent-Replayed"] = "true"
                return answer
            view = act(session)
            version = getattr(view, "row_version", None)
            tag = etag_of(version) if version is not None else None
            body = view.model_dump_json()
            kept = view.model_copy(update={shown_once: None}).model_dump_json() if shown_once else body
            store_answer(session, asked, status=status, body=kept, etag=tag)
        return _answer(body, status, tag, location)


def _answer(body: str, status: int, tag: str | None, location: str | None) -> Response:
    response = Response(body, status_code=status, media_type="application/json")
    if tag is not None:
        response.headers["ETag"] = tag
    if location is not None:
        response.headers["Location"] = f"/api/v1{location}/{json.loads(body)['id']}"
    return response


async def once(
    request: Request,
    actor: SignedIn,
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="A fresh random value per request, the same when repeated",
               examples=["7f3c0e9a-4f1c-4d35-9d4f-1f0f0a2f7b11"]),
    ] = None,
) -> OnceRunner:  # fmt: skip
    """Return what runs this request once. Raises Problem without a usable key."""
    if key is None:
        raise Problem("idempotency-key-missing", "Send the header Idempotency-Key with a fresh random value.")
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem("unreadable-request", "Idempotency-Key must be 1 to 200 printable ASCII characters.")
    return OnceRunner(request, actor, key)


Once = Annotated[OnceRunner, Depends(once)]
