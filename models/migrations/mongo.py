"""The indexes that MongoDB's logs are read by."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.connections.mongo import mongo

_NEWEST = [("timestamp", DESCENDING), ("_id", DESCENDING)]
_AUDIT = [
    IndexModel([("tenant_id", ASCENDING), *_NEWEST], name="newest"),
    IndexModel([("tenant_id", ASCENDING), ("subject_id", ASCENDING), *_NEWEST], name="by_subject"),
    IndexModel([("tenant_id", ASCENDING), ("command_id", ASCENDING)], name="by_command"),
    IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), *_NEWEST], name="by_user"),
    IndexModel([("tenant_id", ASCENDING), ("action", ASCENDING), *_NEWEST], name="by_action"),
]
_SYSTEM = [
    IndexModel(_NEWEST, name="newest"),
    IndexModel([("service", ASCENDING), *_NEWEST], name="by_service"),
    IndexModel([("level", ASCENDING), *_NEWEST], name="by_level"),
]


def ensure_indexes() -> None:
    """Create what is missing; what is there stays. Raises PyMongoError when MongoDB is away."""
    mongo()["audit_logs"].create_indexes(_AUDIT)
    mongo()["system_logs"].create_indexes(_SYSTEM)
