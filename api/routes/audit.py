from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import MayReadAudit
from api.errors import documented
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.audit_trail import (
    AuditEntryView,
    AuditExport,
    AuditFilters,
    AuditVerification,
    ExportFormat,
    VerificationRequest,
)
from models.messages.paging import Page
from models.records import audit_files as files
from models.records import audit_trail as records
from models.records.audit_verification import verify

_Batches = Iterable[tuple[AuditEntryView, ...]]
_FILES: dict[ExportFormat, tuple[str, str, Callable[[Iterable[AuditEntryView]], str]]] = {
    ExportFormat.CSV: ("text/csv; charset=utf-8", files.csv_head(), files.csv_lines),
    ExportFormat.JSONL: ("application/x-ndjson", "", files.json_lines),
}
router = feature("audit", "/audit")


@router.get("", summary="Read the audit trail", responses=documented("bad-cursor", "unavailable"))
def list_audit_entries(
    request: Request, response: Response, actor: MayReadAudit, filters: Annotated[AuditFilters, Query()]
) -> Page[AuditEntryView]:
    """Return one page of who did what, newest first. It may lag behind the facts by the moment the relay takes."""
    page = records.audit_trail(actor.tenant_id, filters)
    with read(actor.sight) as session:
        page = page.model_copy(update={"items": records.named(session, page.items)})
    return linked(request, response, page)


@router.get("/verification", summary="Verify the audit trail", responses=documented("unavailable"))
def verify_audit_trail(actor: MayReadAudit, asked: Annotated[VerificationRequest, Query()]) -> AuditVerification:
    """Compare the latest entries with their hashes and with the database's own note of the last one.

    What is removed, edited, inserted, moved or cut off shows. `factoryos audit verify` looks at the whole trail.
    """
    return verify(actor.tenant_id, asked)


@router.get(
    "/export", summary="Export the audit trail", response_class=StreamingResponse,
    responses=documented("unavailable")
    | {200: {"content": {media.partition(";")[0]: {} for media, _, _ in _FILES.values()}}},
)  # fmt: skip
def export_audit_trail(actor: MayReadAudit, asked: Annotated[AuditExport, Query()]) -> StreamingResponse:
    """Return every entry that fits, newest first, as a file; that somebody took it is an entry itself.

    A cell that a spreadsheet would take for a formula is led by an apostrophe. A download that breaks off is not whole.
    """
    batches = records.batches(actor.tenant_id, asked)
    first = next(batches, ())  # an archive that is away is told before the answer begins
    with begin(actor.sight) as session:
        records.note_export(session, actor, asked)
    media_type, _, _ = _FILES[asked.format]
    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.{asked.format}"
    return StreamingResponse(
        _written(actor, asked.format, chain([first], batches)), media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _written(actor: Actor, form: ExportFormat, batches: _Batches) -> Iterator[str]:
    _, head, lines = _FILES[form]
    yield head
    for entries in batches:
        with read(actor.sight) as session:
            named = records.named(session, entries)
        yield lines(named)
