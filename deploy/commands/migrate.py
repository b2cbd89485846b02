"""`factoryos migrate`: the schema of PostgreSQL, MongoDB's indexes and the search attributes of Temporal."""

from deploy.commands.environment import refusals_explained
from deploy.stack.errors import StackError

EXAMPLES = "Examples: factoryos migrate · DATABASE_OWNER_URL=postgresql://... factoryos migrate"


def migrate() -> None:
    """Bring the databases and Temporal up to this version; what is up to date already stays as it is.

    Needs DATABASE_OWNER_URL, MONGO_URL and TEMPORAL_ADDRESS, taken from the running stack when there is one.
    """
    with refusals_explained():
        bring_up_to_date()
    print("Database and Temporal are up to date.")


def bring_up_to_date() -> None:
    """Migrate PostgreSQL, index MongoDB, register what Temporal must index.

    Raises StackError when an address is missing or MongoDB is away.
    """
    from pymongo.errors import PyMongoError

    from deploy.stack.probes import run_apart
    from deploy.stack.temporal_setup import ensure_search_attributes
    from models.connections.settings import settings
    from models.connections.temporal import connect
    from models.migrations.mongo import ensure_indexes
    from models.migrations.run import upgrade

    owner_url = settings().database_owner_url
    if not owner_url:
        raise StackError("DATABASE_OWNER_URL is not set: migrations need the owner of the tables.")
    upgrade(owner_url)
    try:
        ensure_indexes()
    except PyMongoError as away:
        raise StackError(f"MONGO_URL names a server that does not answer: {away}") from away

    async def register() -> None:
        await ensure_search_attributes(await connect())

    run_apart(register())
