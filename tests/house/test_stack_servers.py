import os
from signal import SIGKILL
from typing import Any

import psycopg
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.stack.plan import Plan
from deploy.stack.process_ids import wait_until_gone
from deploy.stack.temporal_setup import RETENTION, SEARCH_ATTRIBUTES, ensure_search_attributes
from models.migrations.run import check
from tests.house.supervised import Supervised, supervised
from tests.stack import fresh_home

_SERVERS = ("postgresql", "mongodb", "temporal")


def test_real_servers_come_back_with_their_data_when_killed_and_leave_nothing_when_the_supervisor_is():
    with fresh_home() as home:
        with supervised(home, servers=True) as stack:
            stack.hear("all answer")
            _write(stack, 1)
            for name in _SERVERS:
                os.kill(stack.pids[name].pid, SIGKILL)
                told = stack.hear(f"{name} is back")
                assert f"{name} was killed by SIGKILL" in told
            _write(stack, 2)
            pids = stack.pids.values()
            stack.process.kill()
            assert wait_until_gone(pids, seconds=120) == []
        with supervised(home, servers=True) as stack:
            stack.hear("all answer")
            assert _read(stack) == ([1, 2], [1, 2])
            pids = stack.pids.values()
            assert stack.end() == 0
            assert not any(process.alive for process in pids)


def _write(stack: Supervised, number: int) -> None:
    environment = stack.run.environment
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS proof (number int)")
        connection.execute("INSERT INTO proof VALUES (%s)", [number])
    with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
        client.factoryos.proof.insert_one({"number": number})


def _read(stack: Supervised) -> tuple[list[int], list[int]]:
    environment = stack.run.environment
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        rows = connection.execute("SELECT number FROM proof ORDER BY number").fetchall()
    with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
        documents = list(client.factoryos.proof.find().sort("number"))
    return [row[0] for row in rows], [document["number"] for document in documents]


def test_neither_role_of_the_product_is_a_superuser_or_passes_row_level_security(servers: Plan):
    for url in (servers.environment["DATABASE_URL"], servers.environment["DATABASE_OWNER_URL"]):
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (False, False, False)


def test_a_stranger_reads_nothing_in_mongodb(servers: Plan):
    url = f"mongodb://127.0.0.1:{servers.ports.mongodb}/"
    with MongoClient[dict[str, Any]](url) as stranger, pytest.raises(OperationFailure, match="authentication"):
        stranger.factoryos.proof.find_one()


async def test_temporal_keeps_closed_workflows_and_knows_our_search_attributes(servers: Plan):
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client

    client = await Client.connect(servers.environment["TEMPORAL_ADDRESS"])
    await ensure_search_attributes(client)
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert set(SEARCH_ATTRIBUTES) <= set(listed.custom_attributes)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


def test_tables_and_migrations_agree(servers: Plan):
    check(servers.environment["DATABASE_OWNER_URL"])


def test_the_products_processes_do_not_get_the_owners_rights(servers: Plan):
    for process in servers.processes():
        assert "DATABASE_OWNER_URL" not in process.environment
        assert process.environment["DATABASE_URL"]


def test_the_note_for_other_shells_holds_the_products_settings_and_nothing_else(servers: Plan):
    assert "PATH" in servers.environment
    noted = servers.state.run_file.read().environment
    assert noted["DATABASE_URL"] == servers.environment["DATABASE_URL"]
    assert all(name.startswith(("FACTORYOS_", "DATABASE_", "MONGO_", "TEMPORAL_", "SMTP_")) for name in noted)


def test_the_state_folder_keeps_its_secrets_closed(servers: Plan):
    for name in ("secrets.json", "run.json"):
        assert (servers.state.home / name).stat().st_mode & 0o077 == 0
