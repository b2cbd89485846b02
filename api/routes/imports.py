from typing import Annotated

from fastapi import File, Form, Response, UploadFile
from pydantic import ValidationError

from api.deps import MayEditCatalog
from api.errors import Problem, documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import read
from models.messages.base import Code, Message, Name
from models.messages.integrations import BomCommit, BomImportPreview, ColumnMapping
from models.records import integrations as records
from templates_engine.bom_files import read_bom

LARGEST_BYTES = 5_000_000
_LARGEST_FORM = 6_000_000
_LONGEST_MAPPING = 20_000

router = feature("imports", "/imports")

BomFile = Annotated[UploadFile, File(description="CSV or TSV of at most 5 MB; encoding and delimiter are found out")]
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


@router.post(
    "/boms/preview", summary="Preview a parts list", max_body_size=_LARGEST_FORM,
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
    "/boms", summary="Import a parts list", response_model=BomCommit, max_body_size=_LARGEST_FORM,
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
