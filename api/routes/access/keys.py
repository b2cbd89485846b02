from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.deps import Forbidden, MayEditKeys
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.api_keys import KeyDraft, KeyFilters, KeyMade, KeyView
from models.messages.paging import Page
from models.records.access import keys as records
from models.rules.access import Permission

router = feature("keys", "/keys")


@router.get("", summary="List API keys", responses=documented("bad-cursor"))
def list_keys(
    request: Request, response: Response, actor: MayEditKeys, filters: Annotated[KeyFilters, Query()]
) -> Page[KeyView]:
    """Return one page of keys without their secrets: one's own, or everybody's for who may edit users."""
    with read(actor.sight) as session:
        return linked(request, response, records.keys(session, actor, filters))


@router.post(
    "", status_code=201, summary="Make an API key", response_model=KeyMade,
    responses=documented("already-exists", "forbidden", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_key(draft: KeyDraft, actor: MayEditKeys, once: Once) -> Response:
    """Make a key for oneself, or for a machine with `service_account`, which needs `users:edit` too.

    The answer shows the key this once; a repetition under the same Idempotency-Key is answered without it.
    """
    if draft.service_account is not None and not actor.may(Permission.USERS_EDIT):
        raise Forbidden(actor, Permission.USERS_EDIT)
    return once(
        draft, lambda session: records.create_key(session, actor, draft), status=201, location="/keys",
        shown_once="key",
    )  # fmt: skip


@router.post(
    "/{key_id}/rotate", summary="Renew an API key's secret", response_model=KeyMade,
    responses=documented("not-found", "conflict", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def rotate_key(key_id: UUID, actor: MayEditKeys, once: Once) -> Response:
    """Give a key a new secret, shown this once; the old one stops working at once."""
    return once(None, lambda session: records.rotate_key(session, actor, key_id), shown_once="key")


@router.delete("/{key_id}", summary="Revoke an API key", responses=documented("not-found"))
def revoke_key(key_id: UUID, actor: MayEditKeys) -> KeyView:
    """End a key at once and for ever."""
    with begin(actor.sight) as session:
        return records.revoke_key(session, actor, key_id)
