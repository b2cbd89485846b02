"""A part's bill of materials, written line by line and replaced as a whole."""

from typing import Any
from uuid import UUID

from fastapi import Response
from fastapi.responses import HTMLResponse

from api.deps import MayEditCatalog
from api.pages.frame.asking import checked, number
from api.pages.frame.entering import WRONG, Entry, TheEntry, faults_of, status_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin, read
from models.messages.boms import BomEdit, BomLineView
from models.messages.catalog import PartView
from models.records import bom_views
from models.records.catalog import parts
from models.records.refusals import Stale
from models.rules.units import UNITS

router = pages("bills of materials")
_FIELDS = ("part", "quantity", "uom", "scrap_percent", "optional", "designators", "notes")
_NUMBERS = frozenset({"quantity", "scrap_percent"})
_SPARE = 3
_SAVED = marked("The bill of materials of %(name)s is saved.")
Line = dict[str, str]


@router.get("/parts/{part_id}/bom")
def get_bom(screen: TheScreen, part_id: UUID, actor: MayEditCatalog) -> HTMLResponse:
    """Show the lines of a part for editing."""
    with read(actor.sight) as session:
        part, bom = parts.part(session, part_id), bom_views.bom(session, part_id)
    return _show(screen, part, [_line(screen, line) for line in bom.lines], bom.row_version)


@router.post("/parts/{part_id}/bom")
def post_bom(screen: TheScreen, part_id: UUID, actor: MayEditCatalog, entry: TheEntry) -> Response:
    """Replace the lines of a part; what is wrong is told at its line."""
    with read(actor.sight) as session:
        part = parts.part(session, part_id)
    lines = _lines(entry)
    if entry.get("more"):
        return _show(screen, part, lines, entry.version, spare=2 * _SPARE)
    try:
        edit = checked(BomEdit, {"lines": [_written(line) for line in lines]})
        with begin(actor.sight) as session:
            bom_views.change_bom(session, actor, part_id, edit.lines, entry.version)
    except WRONG as fault:
        version = part.row_version if isinstance(fault, Stale) else entry.version
        return _show(screen, part, lines, version, fault=fault)
    return screen.go(f"/parts/{part_id}", said=screen.words(_SAVED, name=part.sku))


def _show(  # noqa: PLR0913 - what the form is drawn from
    screen: Screen,
    part: PartView,
    lines: list[Line],
    version: int,
    *,
    spare: int = _SPARE,
    fault: Exception | None = None,
) -> HTMLResponse:
    faults = {} if fault is None else faults_of(screen, fault)
    return screen.show(
        "boms/edit.html", 200 if fault is None else status_of(fault), part=part, version=version, faults=faults,
        lines=lines + [dict.fromkeys(_FIELDS, "") for _ in range(spare)], units=tuple(UNITS),
    )  # fmt: skip


def _lines(entry: Entry) -> list[Line]:
    """Return the lines that say anything; every line sends every field, a tick as the line's number."""
    columns = {name: entry.all(name) for name in _FIELDS if name != "optional"}
    ticked = set(entry.all("optional"))
    count = min((len(column) for column in columns.values()), default=0)
    lines = [
        {name: column[index] for name, column in columns.items()} | {"optional": "yes" if str(index) in ticked else ""}
        for index in range(count)
    ]
    return [line for line in lines if line["part"] or line["quantity"]]


def _written(line: Line) -> dict[str, Any]:
    filled: dict[str, Any] = {
        name: number(text) if name in _NUMBERS else text for name, text in line.items() if text and name != "optional"
    }
    return filled | {"optional": bool(line["optional"])}


def _line(screen: Screen, line: BomLineView) -> Line:
    return {
        "part": line.part, "quantity": screen.formats.plain(line.quantity), "uom": line.uom,
        "scrap_percent": screen.formats.plain(line.scrap_percent) if line.scrap_percent else "",
        "optional": "yes" if line.optional else "", "designators": line.designators, "notes": line.notes,
    }  # fmt: skip
