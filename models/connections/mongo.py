"""The MongoDB client: audit and system logs, never a fact the floor depends on."""

from functools import lru_cache
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from models.connections.settings import settings


@lru_cache(maxsize=1)
def mongo() -> Database[dict[str, Any]]:
    """Return the log database; connects on first use."""
    client: MongoClient[dict[str, Any]] = MongoClient(settings().mongo_url, tz_aware=True, appname="factoryos")
    return client[settings().mongo_database]
