"""What the database itself refuses, whoever asks: the application's role and the owner alike."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from deploy.stack.plan import Plan
from models.messages.catalog import PartDraft, ProductDraft, WorkCenterDraft
from models.messages.stock import Postings, StockPosting
from models.messages.templates import CatalogFacts, PartLine, Step, TemplateDocument
from models.records import templates
from models.records.catalog.facts import catalog_facts
from models.records.catalog.parts import create_part
from models.records.catalog.products import create_product
from models.records.catalog.work_centers import create_work_center
from models.records.stock_views import receive
from templates_engine.compile import compile_template
from tests.factories import Factory

Connect = Callable[[str], psycopg.Connection]


@contextmanager
def _as(role: str, tenant: UUID) -> Iterator[psycopg.Connection]:
    variable = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}[role]
    with psycopg.connect(os.environ[variable]) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, false)", [str(tenant)])
        connection.commit()
        yield connection


@pytest.fixture
def published(tenant: Factory) -> UUID:
    actor = tenant.actor()
    step = Step(key="a", name="A", work_center="W", parts=(PartLine(part="NUT", quantity=Decimal(1)),))
    with tenant.begin() as session:
        create_product(session, actor, ProductDraft(sku="P", name="P"))
        create_part(session, actor, PartDraft(sku="NUT", name="Nut"))
        create_work_center(session, actor, WorkCenterDraft(code="W", name="W"))
        draft = templates.create_draft(session, actor, TemplateDocument(product="P", title="T", steps=(step,)))
        facts: CatalogFacts = catalog_facts(session, ["NUT"], ["W"])
        plan = compile_template(templates.document_of(draft), facts)
        templates.publish(session, actor, draft.id, plan)
        receive(session, actor, Postings(lines=(StockPosting(part="NUT", quantity=Decimal(3)),)))
    return draft.id


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE templates SET title = 'x'",
        "UPDATE templates SET document = '{}'",
        "UPDATE templates SET status = 'draft', plan_hash = NULL",
        "UPDATE templates SET plan_hash = 'x'",
        "UPDATE templates SET product_id = product_id, row_version = row_version + 1",
        "DELETE FROM templates",
    ],
)
def test_a_published_template_cannot_be_changed(tenant: Factory, published: UUID, role: str, change: str) -> None:
    with _as(role, tenant.id) as connection, pytest.raises(RestrictViolation, match="clone it"):
        connection.execute(change.encode())
    with tenant.read() as session:
        assert templates.template(session, published).title == "T"


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("table", ["stock_entries", "plan_snapshots"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.usefixtures("published")
def test_the_ledger_and_the_plans_are_append_only(tenant: Factory, role: str, table: str, verb: str) -> None:
    refused = (RestrictViolation, InsufficientPrivilege)
    with _as(role, tenant.id) as connection, pytest.raises(refused):
        connection.execute(verb.format(table).encode())


@pytest.mark.usefixtures("published")
def test_a_retired_template_stays_retired(tenant: Factory) -> None:
    with _as("app", tenant.id) as connection:
        connection.execute("UPDATE templates SET status = 'retired', retired_at = now()")
        connection.commit()
        with pytest.raises(RestrictViolation):
            connection.execute("UPDATE templates SET status = 'published'")


@pytest.mark.usefixtures("published")
def test_no_factory_sees_another_even_without_a_filter(other_tenant: Factory) -> None:
    # The functions that relays and log-ins ask run as the owner, who may read these across factories.
    looked_through = {"outbox", "commands", "orders", "users", "roles", "sessions", "api_keys", "stations",
                      "webhook_deliveries", "tenant_settings"}  # fmt: skip
    for role in ("app", "owner"):
        with _as(role, other_tenant.id) as connection:
            tables = connection.execute(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND column_name = 'tenant_id'"
            ).fetchall()
            assert len(tables) > 40
            for (table,) in tables:
                owners = connection.execute(f"SELECT DISTINCT tenant_id FROM {table}".encode()).fetchall()  # noqa: S608
                if not (role == "owner" and table in looked_through):
                    assert {row[0] for row in owners} <= {other_tenant.id}, (role, table)
            assert connection.execute("SELECT count(*) FROM parts").fetchone() == (0,)


@pytest.mark.usefixtures("published")
def test_without_a_factory_nothing_is_seen_and_nothing_written(servers: Plan) -> None:
    assert servers
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM parts").fetchone() == (0,)
        assert connection.execute("UPDATE parts SET name = 'x'").rowcount == 0


def test_a_row_cannot_be_given_to_another_factory(tenant: Factory, other_tenant: Factory) -> None:
    with _as("app", tenant.id) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(
            "INSERT INTO suppliers (id, tenant_id, code, name, notes, active, row_version, created_at, updated_at) "
            "VALUES (gen_random_uuid(), %s, 'X', 'X', '', true, 1, now(), now())",
            [other_tenant.id],
        )
