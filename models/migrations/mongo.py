"""The indexes that MongoDB's logs are read by."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.connections.mongo import mongo

_NEWEST = [("timestamp", DESCENDING), ("_id", DESCENDING)]
_LOGS_KEPT_SECONDS = 90 * 24 * 3600


def _by_origin(name: str) -> IndexModel:
    """Return the index of entries by where they came from; those that do not say are not in it."""
    field = f"origin.{name}"
    return IndexModel(
        [("tenant_id", ASCENDING), (field, ASCENDING), *_NEWEST],
        name=f"by_{name}", partialFilterExpression={field: {"$gt": ""}},
    )  # fmt: skip


_AUDIT = [
    IndexModel([("tenant_id", ASCENDING), *_NEWEST], name="newest"),
    IndexModel([("tenant_id", ASCENDING), ("subject_id", ASCENDING), *_NEWEST], name="by_subject"),
    IndexModel([("tenant_id", ASCENDING), ("command_id", ASCENDING)], name="by_command"),
    IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), *_NEWEST], name="by_user"),
    IndexModel([("tenant_id", ASCENDING), ("action", ASCENDING), *_NEWEST], name="by_action"),
    IndexModel([("tenant_id", ASCENDING), ("module", ASCENDING), *_NEWEST], name="by_module"),
    IndexModel([("tenant_id", ASCENDING), ("codes", ASCENDING), *_NEWEST], name="by_code"),
    IndexModel(
        [("tenant_id", ASCENDING), *_NEWEST], name="newest_refused", partialFilterExpression={"refused": True}
    ),
    *(_by_origin(name) for name in ("address", "session_id", "key_id")),
    # One entry at each place of the chain. Entries from before chaining have no place.
    IndexModel(
        [("tenant_id", ASCENDING), ("seq", ASCENDING)],
        name="by_place", unique=True, partialFilterExpression={"seq": {"$gt": 0}},
    ),
    IndexModel(
        [("tenant_id", ASCENDING), ("timestamp", ASCENDING)],
        name="unchained", partialFilterExpression={"seq": None},
    ),
]  # fmt: skip
_SYSTEM = [
    IndexModel(_NEWEST, name="newest"),
    IndexModel([("service", ASCENDING), *_NEWEST], name="by_service"),
    IndexModel([("level", ASCENDING), *_NEWEST], name="by_level"),
    IndexModel([("timestamp", ASCENDING)], name="kept_for_90_days", expireAfterSeconds=_LOGS_KEPT_SECONDS),
]


def ensure_indexes() -> None:
    """Create what is missing; what is there stays. Raises PyMongoError when MongoDB is away."""
    mongo()["audit_logs"].create_indexes(_AUDIT)
    mongo()["system_logs"].create_indexes(_SYSTEM)
