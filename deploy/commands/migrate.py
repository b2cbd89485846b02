"""`factoryos migrate`: the schema of PostgreSQL and the search attributes of Temporal."""

from deploy.commands.environment import refusals_explained
from deploy.stack.errors import StackError

EXAMPLES = "Examples: factoryos migrate · DATABASE_OWNER_URL=postgresql://... factoryos migrate"


def migrate() -> None:
    """Bring database and Temporal up to this version; what is up to date already stays as it is.

    Needs DATABASE_OWNER_URL and TEMPORAL_ADDRESS, taken from the running stack when there is one.
    """
    with refusals_explained():
        bring_up_to_date()
    print("Database and Temporal are up to date.")


def bring_up_to_date() -> None:
    """Migrate PostgreSQL and register what Temporal must index. Raises StackError when an address is missing."""
    from deploy.stack.probes import run_apart
    from deploy.stack.temporal_setup import ensure_search_attributes
    from models.connections.settings import settings
    from models.connections.temporal import connect
    from models.migrations.run import upgrade

    owner_url = settings().database_owner_url
    if not owner_url:
        raise StackError("DATABASE_OWNER_URL is not set: migrations need the owner of the tables.")
    upgrade(owner_url)

    async def register() -> None:
        await ensure_search_attributes(await connect())

    run_apart(register())
