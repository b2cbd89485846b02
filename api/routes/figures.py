from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from api.deps import MayReadFigures
from api.routing import feature
from models.connections.postgres import read
from models.messages.figures import FactoryFigures, FiguresRequest, FiguresTrend, TrendRequest
from models.records import figures as records
from models.records import trends

router = feature("figures", "/figures")


@router.get("", summary="Read the factory's numbers")
def get_figures(actor: MayReadFigures, asked: Annotated[FiguresRequest, Query()]) -> FactoryFigures:
    """Return what is in which state, what is late, what came out since an instant, and what the stock is worth."""
    now = datetime.now(UTC)
    since = asked.since or now.replace(hour=0, minute=0, second=0, microsecond=0)
    with read(actor.sight) as session:
        return records.figures(session, now, since)


@router.get("/trend", summary="Read the figures of days in a row")
def get_trend(actor: MayReadFigures, asked: Annotated[TrendRequest, Query()]) -> FiguresTrend:
    """Return what each day brought, what they add up to, and as many days before to compare with."""
    with read(actor.sight) as session:
        return trends.trend(session, datetime.now(ZoneInfo(asked.time_zone)), asked.days)
