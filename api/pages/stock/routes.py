"""Stock to look at: levels, the ledger, what is short, and whether the books are right."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse

from api.deps import MayReadStock
from api.pages.frame.asking import filters_of, midnight
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from models.connections.postgres import read
from models.messages.catalog import SupplierFilters
from models.messages.stock import EntryFilters, LevelFilters
from models.records import stock_ledger, stock_levels, stock_shortages, stock_views
from models.records.catalog import suppliers
from models.rules.catalog import PartKind
from models.rules.stock import Location, MoveKind

router = pages("stock")
_MOST_SUPPLIERS = 200
_STOCKED = (PartKind.BOUGHT, PartKind.MADE)
_DAY = timedelta(days=1)
Day = Annotated[str, Query(max_length=10)]


@router.get("/stock")
def list_levels(
    screen: TheScreen, actor: MayReadStock, filters: Annotated[LevelFilters, Depends(filters_of(LevelFilters))]
) -> HTMLResponse:
    """Show what there is of each part, what orders still need, and stock in three figures."""
    with read(actor.sight) as session:
        found, totals = stock_levels.levels(session, filters), stock_levels.totals(session)
        sellers = suppliers.suppliers(session, SupplierFilters(active=True, limit=_MOST_SUPPLIERS)).items
    return screen.show(
        "stock/levels.html", found=found, filters=filters, totals=totals, kinds=_STOCKED, suppliers=sellers
    )


@router.get("/stock/ledger")
def list_entries(
    screen: TheScreen,
    actor: MayReadStock,
    filters: Annotated[EntryFilters, Depends(filters_of(EntryFilters))],
    since: Day = "",
    until: Day = "",
) -> HTMLResponse:
    """Show the ledger, newest first; days are those of the person's time zone, the last one included."""
    zone = screen.formats.zone
    begin, end = midnight("since", since, zone), midnight("until", until, zone, _DAY)
    asked = filters.model_copy(update={"posted_from": begin, "posted_before": end})
    if asked.location is None:
        asked = asked.model_copy(update={"location": Location.STOCK})
    with read(actor.sight) as session:
        found = stock_ledger.entries(session, asked)
    wanted = asked.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    return screen.show(
        "stock/ledger.html", found=found, filters=asked, kinds=tuple(MoveKind), since=since, until=until,
        asked=urlencode(wanted),
    )  # fmt: skip


@router.get("/stock/shortages")
def list_shortages(screen: TheScreen, actor: MayReadStock) -> HTMLResponse:
    """Show what is short, for which orders and when, and how much to get."""
    with read(actor.sight) as session:
        found = stock_shortages.shortages(session)
    return screen.show("stock/shortages.html", found=found)


@router.get("/stock/check")
def get_check(screen: TheScreen, actor: MayReadStock) -> HTMLResponse:
    """Hold every balance against the ledger, and show what came of it."""
    with read(actor.sight) as session:
        books = stock_views.check(session)
    return screen.show("stock/check.html", books=books)
