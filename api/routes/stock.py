from typing import Annotated

from fastapi import Query, Request, Response

from api.deps import MayMoveStock, MayReadStock
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.paging import Page
from models.messages.stock import (
    BalanceFilters,
    BalanceView,
    EntryFilters,
    EntryView,
    Posted,
    Postings,
    StockCheck,
)
from models.records import stock_views as records

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
        return linked(request, response, records.entries(session, filters))


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
