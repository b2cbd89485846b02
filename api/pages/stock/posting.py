"""Stock moved by hand: received, adjusted, counted. One form of lines, made for a scanner and for thumbs."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayMoveStock
from api.pages.frame.asking import checked, number
from api.pages.frame.entering import WRONG, Entry, TheEntry, faults_of, status_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.messages.access import Actor
from models.messages.base import Message
from models.messages.stock import Posted, Postings, StockCount
from models.records import stock_views
from models.records.refusals import StockShort
from models.rules.scanning import read_code
from models.rules.units import UNITS

router = pages("stock")
_NAMED = 6
Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to move stock by hand: its words, its fields, and the record function behind it."""

    path: str
    title: str
    intro: str
    button: str
    done: str
    quantity: str  # the field of the quantity
    quantity_words: str
    fields: tuple[str, ...]
    reason_words: str
    reason_needed: bool
    message: type[Message]
    act: Callable[[Session, Actor, Any], Posted]


RECEIVE = Way(
    "/stock/receive", marked("Receive goods"), marked("Take in what came from outside."), marked("Receive"),
    marked("Received. In stock now: %(balances)s."), "quantity", marked("Quantity"),
    ("part", "quantity", "uom", "unit_cost", "lot"), marked("Delivery note or remark"), reason_needed=False,
    message=Postings, act=stock_views.receive,
)  # fmt: skip
ADJUST = Way(
    "/stock/adjust", marked("Adjust stock"),
    marked("Correct stock up or down; a minus takes away. It never falls below zero."), marked("Adjust"),
    marked("Adjusted. In stock now: %(balances)s."), "quantity", marked("More or less (±)"),
    ("part", "quantity", "uom", "lot"), marked("Why"), reason_needed=True, message=Postings, act=stock_views.adjust,
)  # fmt: skip
COUNT = Way(
    "/stock/count", marked("Count stock"), marked("Enter what lies on the shelf; the difference is posted."),
    marked("Post the count"), marked("Counted. In stock now: %(balances)s."), "counted", marked("Counted"),
    ("part", "counted", "uom"), marked("Remark"), reason_needed=False, message=StockCount, act=stock_views.count,
)  # fmt: skip
WAYS = (RECEIVE, COUNT, ADJUST)


@router.get("/stock/receive")
def get_receive(screen: TheScreen, _actor: MayMoveStock) -> HTMLResponse:
    """Show the form of a receipt."""
    return _blank(screen, RECEIVE)


@router.post("/stock/receive")
def post_receive(screen: TheScreen, actor: MayMoveStock, entry: TheEntry) -> Response:
    """Receive goods once, however often the form is sent."""
    return _post(screen, actor, RECEIVE, entry)


@router.get("/stock/adjust")
def get_adjust(screen: TheScreen, _actor: MayMoveStock) -> HTMLResponse:
    """Show the form of an adjustment."""
    return _blank(screen, ADJUST)


@router.post("/stock/adjust")
def post_adjust(screen: TheScreen, actor: MayMoveStock, entry: TheEntry) -> Response:
    """Adjust stock once; what would fall below zero is refused with all that is short."""
    return _post(screen, actor, ADJUST, entry)


@router.get("/stock/count")
def get_count(screen: TheScreen, _actor: MayMoveStock) -> HTMLResponse:
    """Show the form of a count."""
    return _blank(screen, COUNT)


@router.post("/stock/count")
def post_count(screen: TheScreen, actor: MayMoveStock, entry: TheEntry) -> Response:
    """Post a count once."""
    return _post(screen, actor, COUNT, entry)


def _blank(screen: Screen, way: Way) -> HTMLResponse:
    """Show a form with a first line; the address may name its part, quantity and unit cost."""
    asked = screen.request.query_params
    return _show(screen, way, [{name: asked.get(name, "")[:64] for name in way.fields}], "")


def _post(screen: Screen, actor: Actor, way: Way, entry: Entry) -> Response:
    lines, reason = _lines(entry, way), entry.get("reason")
    if entry.get("more"):
        return _show(screen, way, [*lines, dict.fromkeys(way.fields, "")], reason)
    try:
        wanted = checked(way.message, _written(way, lines, reason))
        posted = Posted.model_validate(entry.once(actor, wanted, lambda session: way.act(session, actor, wanted)))
    except WRONG as fault:
        return _show(screen, way, lines, reason, fault)
    return screen.go(way.path, said=screen.words(way.done, balances=_said(screen, posted)))


def _show(screen: Screen, way: Way, lines: list[Line], reason: str, fault: Exception | None = None) -> HTMLResponse:
    return screen.show(
        "stock/post.html", 200 if fault is None else status_of(fault), way=way, ways=WAYS, reason=reason,
        lines=lines or [dict.fromkeys(way.fields, "")], faults={} if fault is None else faults_of(screen, fault),
        shortages=fault.shortages if isinstance(fault, StockShort) else (), units=tuple(UNITS),
    )  # fmt: skip


def _lines(entry: Entry, way: Way) -> list[Line]:
    """Return the lines that say anything. A form that was opened before a field was added sends all but that."""
    columns = (entry.all(name) for name in way.fields)
    lines = [_scanned(dict(zip(way.fields, line, strict=True))) for line in zip_longest(*columns, fillvalue="")]
    return [line for line in lines if line["part"] or line[way.quantity]]


def _scanned(line: Line) -> Line:
    """Return a line whose part may have been scanned from a label that names its lot too."""
    reading = read_code(line["part"])
    return line | {"part": reading.code} | ({"lot": reading.lot} if reading.lot and not line.get("lot", "x") else {})


def _written(way: Way, lines: list[Line], reason: str) -> dict[str, Any]:
    """Return the message's content. A count has one reason for all, movements carry it line by line."""
    figures = {way.quantity, "unit_cost"}
    content = [
        {name: number(text) if name in figures else text for name, text in line.items() if text} for line in lines
    ]
    if way is COUNT:
        return {"lines": content, "reason": reason} if reason else {"lines": content}
    return {"lines": [line | ({"reason": reason} if reason else {}) for line in content]}


def _said(screen: Screen, posted: Posted) -> str:
    """Return the first few balances in words."""
    named = [
        f"{one.sku} {screen.formats.quantity(Decimal(one.quantity))} {screen.formats.unit(one.uom)}"
        for one in posted.balances[:_NAMED]
    ]
    return ", ".join(named) + (" …" if len(posted.balances) > _NAMED else "")
