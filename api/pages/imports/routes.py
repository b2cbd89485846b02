"""Parts lists brought in: a file is chosen, looked at, corrected, and then written in one go."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayEditCatalog
from api.errors import Problem
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.entering import WRONG, Entry, TheEntry, faults_of, message_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.imports.left_out import left_out
from api.routes.imports import LARGEST_BYTES, LARGEST_FORM, looked_at
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.base import Message
from models.messages.integrations import (
    BomField,
    ColumnMapping,
    Fate,
    ImportFilters,
    ImportView,
    UploadDraft,
)
from models.records import integrations as records
from models.records.integrations import uploads
from models.records.refusals import Refusal
from models.rules.units import UNITS
from templates_engine.bom_files import BomFileRefused, read_bom

router = pages("imports")
_SHOWN_ROWS = 200
_NO_FILE = marked("Choose a file first.")
_TOO_LARGE = marked("A parts list may have 5 MB at most; split it into several imports.")
_DONE = marked("Imported: %(created)s parts added, %(updated)s changed, %(unchanged)s as they were.")
_DISCARDED = marked("The file is let go of; nothing was imported.")
# What a column can mean, in the words of the form.
FIELDS = {
    BomField.SKU: marked("Part number"), BomField.NAME: marked("Name"), BomField.QUANTITY: marked("Quantity"),
    BomField.UOM: marked("Unit"), BomField.UNIT_COST: marked("Cost per unit"),
    BomField.LINE_TOTAL: marked("Cost of the line"), BomField.SUPPLIER: marked("Supplier"),
    BomField.SUPPLIER_PART: marked("Supplier's part number"), BomField.LINK: marked("Link"),
    BomField.OPTIONAL: marked("Optional"), BomField.DESIGNATORS: marked("Places"), BomField.NOTE: marked("Note"),
    BomField.CATEGORY: marked("Category"),
}  # fmt: skip
FATES = {
    Fate.CREATE: ("state-running", "plus", marked("New")), Fate.UPDATE: ("state-ready", "pencil", marked("Changed")),
    Fate.UNCHANGED: ("state-waiting", "check", marked("As it is")),
    Fate.REFUSE: ("state-blocked", "x", marked("Refused")),
}  # fmt: skip


@router.get("/imports")
def list_imports(
    screen: TheScreen, actor: MayEditCatalog, filters: Annotated[ImportFilters, Depends(filters_of(ImportFilters))]
) -> HTMLResponse:
    """Show what was imported, and what waits to be."""
    with read(actor.sight) as session:
        found = uploads.imports(session, filters)
    return screen.show("imports/list.html", found=found, filters=filters)


@router.get("/imports/new")
def get_new(screen: TheScreen, _actor: MayEditCatalog) -> HTMLResponse:
    """Show the form that takes a file."""
    return _choose(screen, dict(screen.request.query_params))


@router.post("/imports", max_body_size=LARGEST_FORM)
def post_file(screen: TheScreen, actor: MayEditCatalog, entry: TheEntry) -> Response:
    """Take a file once, find out how it is written, and lead to what is in it."""
    file = entry.files.get("file")
    if file is None or not file.filename:
        return _choose(screen, entry.values, {"file": screen.words(_NO_FILE)})
    content = file.file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        return _choose(screen, entry.values, {"file": screen.words(_TOO_LARGE)})
    try:
        draft = message_of(UploadDraft, entry)
        preview = read_bom(content, default_uom=draft.default_uom, parts_only=draft.parent is None)
        name, shape = file.filename[-200:], uploads.shape_of(preview)
        asked = draft.model_dump_json().encode() + content
        made = entry.once(
            actor, asked,
            lambda session: uploads.keep(session, actor, draft, file=name, content=content, shape=shape),
        )  # fmt: skip
    except BomFileRefused as refusal:
        return _choose(screen, entry.values, {"file": screen.why(refusal)})
    except WRONG as fault:
        return _choose(screen, entry.values, faults_of(screen, fault))
    return screen.go(f"/imports/{made['id']}")


@router.get("/imports/{import_id}")
def get_import(screen: TheScreen, import_id: UUID, actor: MayEditCatalog) -> HTMLResponse:
    """Show what an import would do row by row, or what it did."""
    return _show(screen, actor, import_id)


@router.post("/imports/{import_id}")
def post_import(screen: TheScreen, import_id: UUID, actor: MayEditCatalog, entry: TheEntry) -> Response:
    """Look again with other columns, write it all, or let go of the file."""
    with read(actor.sight) as session:
        uploads.upload(session, import_id)
    try:
        match entry.get("action"):
            case "import":
                return _import(screen, actor, import_id, entry)
            case "discard":
                with begin(actor.sight) as session:
                    uploads.discard(session, import_id)
                return screen.go("/imports", said=screen.words(_DISCARDED))
            case _:
                draft = message_of(UploadDraft, entry)
                with begin(actor.sight) as session:
                    uploads.correct(session, actor, import_id, draft, _mapping(entry), entry.version)
    except (*WRONG, BomFileRefused) as fault:
        return _show(screen, actor, import_id, fault)
    return screen.go(f"/imports/{import_id}")


class _Asked(Message):
    """What makes a repetition of an import the same request."""

    import_id: UUID
    version: int
    skip_refused: bool


def _import(screen: Screen, actor: Actor, import_id: UUID, entry: Entry) -> Response:
    """Write suppliers, parts and lines in one transaction; the file goes, what it did stays."""
    asked = checked(
        _Asked, {"import_id": import_id, "version": entry.version, "skip_refused": bool(entry.get("skip_refused"))}
    )

    def act(session: Session) -> ImportView:
        view, preview, _ = looked_at(session, import_id)
        commit = records.commit_bom(
            session, actor, parent_sku=view.parent, parent_name=view.name, preview=preview,
            skip_refused=asked.skip_refused,
        )  # fmt: skip
        return uploads.conclude(session, actor, import_id, commit)

    done = ImportView.model_validate(entry.once(actor, asked, act))
    result = done.result
    said = "" if result is None else screen.words(
        _DONE, created=result.parts_created, updated=result.parts_updated, unchanged=result.parts_unchanged
    )  # fmt: skip
    return screen.go(f"/imports/{import_id}", said=said)


def _show(screen: Screen, actor: Actor, import_id: UUID, fault: Exception | None = None) -> HTMLResponse:
    with read(actor.sight) as session:
        view = uploads.upload(session, import_id)
        if view.ended_at is not None:
            return screen.show("imports/done.html", done=view, left=left_out(screen, view))
        faults = {} if fault is None else _faults(screen, fault)
        try:
            _, preview, plan = looked_at(session, import_id)
        except BomFileRefused as refusal:
            return screen.show("imports/unreadable.html", 422, view=view, fault=screen.why(refusal))
    tallies = {fate: sum(each.part is fate for each in plan.fates) for fate in Fate}
    return screen.show(
        "imports/look.html", 200 if fault is None else 422, view=view, preview=preview, plan=plan, faults=faults,
        fields=FIELDS, fates=FATES, tallies=tallies, shown=plan.fates[:_SHOWN_ROWS], units=tuple(UNITS),
        rows={row.line: row for row in preview.rows}, left=[row for row in preview.refused if row.blocks],
        form=view.model_dump(include={"parent", "name", "default_uom"}),
    )  # fmt: skip


def _choose(screen: Screen, values: Mapping[str, str], faults: Mapping[str, str] | None = None) -> HTMLResponse:
    told = faults or {}
    return screen.show(
        "imports/new.html", 422 if told else 200, form=values, faults=told, stored={}, units=tuple(UNITS)
    )


def _faults(screen: Screen, fault: Exception) -> dict[str, str]:
    return (
        {"": screen.why(fault)} if isinstance(fault, Refusal | BomFileRefused | Problem) else faults_of(screen, fault)
    )


def _mapping(entry: Entry) -> ColumnMapping:
    """Return the form's columns: each field the number of one, or none at all."""
    columns: dict[str, Any] = {}
    for field in BomField:
        text = entry.get(f"column-{field.value}")
        columns[field.value] = int(text) if text.isdecimal() and len(text) < 5 else None  # noqa: PLR2004 - digits
    return checked(ColumnMapping, {"columns": columns, "decimal_mark": entry.get("decimal_mark") or None})
