from typing import Annotated

from fastapi import Query, Request, Response

from api.deps import MayReadAudit
from api.errors import documented
from api.paging import linked
from api.routing import feature
from models.messages.audit import AuditEntry
from models.messages.audit_trail import AuditFilters
from models.messages.paging import Page
from models.records import audit_trail as records

router = feature("audit", "/audit")


@router.get("", summary="Read the audit trail", responses=documented("bad-cursor", "unavailable"))
def list_audit_entries(
    request: Request, response: Response, actor: MayReadAudit, filters: Annotated[AuditFilters, Query()]
) -> Page[AuditEntry]:
    """Return one page of who did what, newest first. It may lag behind the facts by the moment the relay takes."""
    return linked(request, response, records.audit_trail(actor.tenant_id, filters))
