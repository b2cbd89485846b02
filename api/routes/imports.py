import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Query, Request, Response, UploadFile
from pydantic import ValidationError
from sqlmodel import Session

from api.deps import MayEditCatalog
from api.errors import Problem, documented
from api.exporting import CSV_ANSWER
from api.idempotency import Once
from api.paging import linked
from api.person_archive import cell
from api.routing import feature
from models.connections.postgres import read
from models.messages.base import Code, Message, Name
from models.messages.integrations import (
    BomCommit,
    BomImportPreview,
    BomPreview,
    ColumnMapping,
    ImportFilters,
    ImportView,
)
from models.messages.paging import Page
from models.records import integrations as records
from models.records.integrations import uploads
from templates_engine.bom_files import read_bom

LARGEST_BYTES = 5_000_000
LARGEST_FORM = 6_000_000
_LONGEST_MAPPING = 20_000

router = feature("imports", "/imports")

BomFile = Annotated[
    UploadFile, File(description="CSV, TSV or Excel of at most 5 MB; encoding and delimiter are found out")
]
Mapping = Annotated[
    str | None,
    Form(
        max_length=_LONGEST_MAPPING,
        description="Corrections of the guessed columns, as JSON: column numbers count from 1, null leaves a field out",
        examples=['{"columns": {"quantity": 3, "name": "Bezeichnung"}, "decimal_mark": ","}'],
    ),
]
DefaultUom = Annotated[str, Form(max_length=16, description="Unit of rows that name none", examples=["pcs"])]


class _Asked(Message):
    """What an import was asked to do, beside the file: part of what makes a repetition the same request."""

    parent: Code
    name: Name | None
    mapping: ColumnMapping | None
    default_uom: str
    skip_refused: bool


def _content(file: UploadFile) -> bytes:
    content = file.file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Problem("too-large", "A parts list may have 5 MB at most; split it into several imports.")
    return content


def _mapping(text: str | None) -> ColumnMapping | None:
    if not text:
        return None
    try:
        return ColumnMapping.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(step)[:100] for step in first["loc"])
        raise Problem("invalid-request", f"The mapping is not as described at '{place}': {first['msg']}.") from error


@router.get("", summary="List imports", responses=documented("bad-cursor"))
def list_imports(
    request: Request, response: Response, actor: MayEditCatalog, filters: Annotated[ImportFilters, Query()]
) -> Page[ImportView]:
    """Return one page of the imports made by pages, open and done, with what each did."""
    with read(actor.sight) as session:
        return linked(request, response, uploads.imports(session, filters))


@router.get(
    "/{import_id}/refused", summary="Export refused rows", response_class=Response,
    responses=CSV_ANSWER | documented("not-found", "conflict"),
)  # fmt: skip
def export_refused_rows(import_id: UUID, actor: MayEditCatalog) -> Response:
    """Return the rows of an open import that cannot be taken, each with its reason, for a spreadsheet."""
    with read(actor.sight) as session:
        _, preview, _ = looked_at(session, import_id)
    text = io.StringIO(newline="")
    text.write("\ufeff")
    table = csv.writer(text, delimiter=";")
    table.writerow([*(column.header for column in preview.columns), "line", "reason"])
    for row in preview.refused:
        if row.blocks:
            filled = [*row.cells, *[""] * (len(preview.columns) - len(row.cells))]
            table.writerow([*(cell(each) for each in filled), row.line, row.reason])
    headers = {"Content-Disposition": 'attachment; filename="refused-rows.csv"', "Cache-Control": "no-store"}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def looked_at(session: Session, import_id: UUID) -> tuple[ImportView, BomPreview, BomImportPreview]:
    """Return an open import, its file as it is read, and what a commit would do. Raises Missing, Conflict."""
    view, content = uploads.upload(session, import_id), uploads.content_of(session, import_id)
    preview = read_bom(content, mapping=view.mapping, default_uom=view.default_uom, parts_only=view.parent is None)
    return view, preview, records.compare(session, view.parent, preview)


@router.post(
    "/boms/preview", summary="Preview a parts list", max_body_size=LARGEST_FORM,
    responses=documented("too-large", "import-refused"),
)  # fmt: skip
def preview_bom(
    file: BomFile,
    actor: MayEditCatalog,
    *,
    parent: Annotated[Code | None, Form(description="SKU of the part it is the list of")] = None,
    mapping: Mapping = None,
    default_uom: DefaultUom = "pcs",
) -> BomImportPreview:
    """Read a file and return what an import would do with each row, and why a row cannot be taken."""
    preview = read_bom(_content(file), mapping=_mapping(mapping), default_uom=default_uom)
    with read(actor.sight) as session:
        return records.compare(session, parent, preview)


@router.post(
    "/boms", summary="Import a parts list", response_model=BomCommit, max_body_size=LARGEST_FORM,
    responses=documented("too-large", "import-refused", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def import_bom(  # noqa: PLR0913 - one parameter per form field
    file: BomFile,
    parent: Annotated[Code, Form(description="SKU of the part it is the list of; made where it is missing")],
    actor: MayEditCatalog,
    once: Once,
    *,
    name: Annotated[Name | None, Form(description="Name of that part")] = None,
    mapping: Mapping = None,
    default_uom: DefaultUom = "pcs",
    skip_refused: Annotated[bool, Form(description="Import what can be taken and leave the rest out")] = False,
) -> Response:
    """Write suppliers, parts and the parent's lines, all or nothing; the same file again updates and never doubles."""
    content = _content(file)
    asked = _Asked(
        parent=parent, name=name, mapping=_mapping(mapping), default_uom=default_uom, skip_refused=skip_refused
    )
    preview = read_bom(content, mapping=asked.mapping, default_uom=default_uom)
    return once(
        asked.model_dump_json().encode() + b"\n" + content,
        lambda session: records.commit_bom(
            session, actor, parent_sku=parent, parent_name=name, preview=preview, skip_refused=skip_refused
        ),
    )
