"""What somebody tried without the right to: kept in the audit trail, after the answer has left."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from api.deps import Forbidden
from models.connections.postgres import begin
from models.records import audit

_log = logging.getLogger(__name__)
_LONGEST_PATH = 200


def note_refusal(refusal: Forbidden, method: str, path: str) -> None:
    """Write a refused attempt to the audit trail; a database that is away at this moment loses it, and says so."""
    actor = refusal.actor
    try:
        with begin(actor.tenant_id) as session:
            audit.record(
                session, tenant_id=actor.tenant_id, action="access:refused", module="access", actor_id=actor.user_id,
                subject_id=actor.user_id, refused=True,
                after={"permission": refusal.permission.value, "method": method, "path": path[:_LONGEST_PATH]},
            )  # fmt: skip
    except SQLAlchemyError:
        _log.warning("a refused attempt of %s could not be kept", actor.username, exc_info=True)
