from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import MayMoveStock, MayReadStock
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.exports import EntryExport, LevelExport
from models.messages.paging import Page
from models.messages.stock import (
    BalanceFilters,
    BalanceView,
    EntryFilters,
    EntryView,
    LevelFilters,
    PartShortage,
    Posted,
    Postings,
    StockCheck,
    StockCount,
    StockLevel,
    StockTotals,
)
from models.records import stock_ledger, stock_levels, stock_shortages
from models.records import stock_views as records
from models.records.tenants import currency

router = feature("stock", "/stock")
_POSTING = documented("stock-short", "idempotency-key-missing", "idempotency-key-reused")


@router.get("/balances", summary="List balances", responses=documented("bad-cursor"))
def list_balances(
    request: Request, response: Response, actor: MayReadStock, filters: Annotated[BalanceFilters, Query()]
) -> Page[BalanceView]:
    """Return one page of what is on hand; `short=true` keeps the parts below their minimum."""
    with read(actor.sight) as session:
        return linked(request, response, records.balances(session, filters))


@router.get("/entries", summary="List the ledger", responses=documented("bad-cursor"))
def list_stock_entries(
    request: Request, response: Response, actor: MayReadStock, filters: Annotated[EntryFilters, Query()]
) -> Page[EntryView]:
    """Return one page of the stock ledger, newest first."""
    with read(actor.sight) as session:
        return linked(request, response, stock_ledger.entries(session, filters))


@router.get("/entries/export", summary="Export the ledger", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_stock_entries(actor: MayReadStock, asked: Annotated[EntryExport, Query()]) -> StreamingResponse:
    """Return every row of the ledger that fits as a CSV file."""
    with read(actor.sight) as session:
        rows = stock_ledger.every_entry(session, asked)
        return as_csv("stock-ledger", EntryView, rows, asked, currency(session, actor.tenant_id))


@router.get("/levels", summary="List stock levels", responses=documented("bad-cursor"))
def list_stock_levels(
    request: Request, response: Response, actor: MayReadStock, filters: Annotated[LevelFilters, Query()]
) -> Page[StockLevel]:
    """Return one page of parts with what is on hand, what open orders still need, and what is left."""
    with read(actor.sight) as session:
        return linked(request, response, stock_levels.levels(session, filters))


@router.get("/levels/export", summary="Export stock levels", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_stock_levels(actor: MayReadStock, asked: Annotated[LevelExport, Query()]) -> StreamingResponse:
    """Return every stock level that fits as a CSV file."""
    with read(actor.sight) as session:
        rows = stock_levels.every_level(session, asked)
        return as_csv("stock", StockLevel, rows, asked, currency(session, actor.tenant_id))


@router.get("/totals", summary="Read stock in figures")
def get_stock_totals(actor: MayReadStock) -> StockTotals:
    """Return how many parts are on hand and short, and what stock is worth."""
    with read(actor.sight) as session:
        return stock_levels.totals(session)


@router.get("/shortages", summary="List shortages")
def list_shortages(actor: MayReadStock) -> tuple[PartShortage, ...]:
    """Return every part that is short, for which orders, and how much to get of it by when; the most urgent first."""
    with read(actor.sight) as session:
        return stock_shortages.shortages(session)


@router.post("/counts", status_code=201, summary="Post a count", response_model=Posted, responses=_POSTING)
def count_stock(counted: StockCount, actor: MayMoveStock, once: Once) -> Response:
    """Make stock what was counted: the difference to the ledger is posted as an adjustment, part by part."""
    return once(counted, lambda session: records.count(session, actor, counted), status=201)


@router.post("/receipts", status_code=201, summary="Receive goods", response_model=Posted, responses=_POSTING)
def receive_stock(postings: Postings, actor: MayMoveStock, once: Once) -> Response:
    """Take goods in from outside: every line, or none where one is wrong."""
    return once(postings, lambda session: records.receive(session, actor, postings), status=201)


@router.post("/adjustments", status_code=201, summary="Adjust stock", response_model=Posted, responses=_POSTING)
def adjust_stock(postings: Postings, actor: MayMoveStock, once: Once) -> Response:
    """Correct stock up or down with a reason; refused with the list of shortages where it would fall below zero."""
    return once(postings, lambda session: records.adjust(session, actor, postings), status=201)


@router.get("/check", summary="Check the books")
def check_stock(actor: MayReadStock) -> StockCheck:
    """Hold every balance against its ledger rows, and every movement against zero."""
    with read(actor.sight) as session:
        return records.check(session)
