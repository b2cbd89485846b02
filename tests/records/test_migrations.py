from deploy.stack.plan import Plan
from models.migrations import run


def test_the_migrations_lead_to_the_tables_that_the_code_knows(servers: Plan) -> None:
    run.check(servers.environment["DATABASE_OWNER_URL"])
