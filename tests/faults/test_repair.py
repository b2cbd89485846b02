"""Temporal's database is lost, or comes back older than what people did: repair builds it again from PostgreSQL."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text

from models.connections.postgres import read
from models.records import stock_views
from tests.faults.brains import disagreements
from tests.faults.hands import APPLIED, TAKEN, Book, Hands
from tests.faults.product import Product, running_product
from tests.faults.workshop import GATE, PRODUCT, Workshop, open_workshop

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
_TEMPORAL = ("temporal", "worker-1", "worker-2")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as running:
        yield running


@contextmanager
def database_of_temporal(product: Product) -> Iterator[Path]:
    """Temporal's folder while nobody uses it."""
    (folder,) = (path.parent for path in product.home.rglob("temporal.sqlite"))
    with product.without(*_TEMPORAL):
        yield folder


def repair(product: Product, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy", "repair", *options], env=product.environment | {"PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


async def place(product: Product, shop: Workshop, pieces: int) -> str:
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as client:
        manager = Hands(client, shop.manager, Book())
        wanted = {
            "product": PRODUCT, "quantity": str(pieces), "lot_size": "1", "kind": "stock",
            "due_at": "2030-01-01T00:00:00Z",
        }  # fmt: skip
        answer = await manager.post("/orders", wanted, str(uuid4()))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]


async def work(product: Product, shop: Workshop, *, taps: int | None = None) -> int:
    """Start and complete what is ready, at most `taps` work orders; with no limit until no order is open."""
    done = 0
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as client:
        hands = Hands(client, shop.technicians[0], Book())
        manager = Hands(client, shop.manager, Book())
        while taps is None or done < taps:
            ready = await hands.get("/work-orders", state="READY", limit=50)
            for step in ready["items"]:
                if taps is not None and done >= taps:
                    break
                await _do(hands, step)
                done += 1
            if not ready["items"]:
                open_orders = await manager.get("/orders", status=["PLANNED", "IN_PROGRESS"])
                if not open_orders["items"]:
                    return done
                await asyncio.sleep(0.05)
    return done


async def _do(hands: Hands, step: dict[str, str]) -> None:
    data = {"data": [{"key": "volts", "value": 3}]} if step["step_key"] == GATE else {}
    for action, body in (("start", {}), ("complete", data)):
        status, answer = TAKEN, {}
        while status == TAKEN:
            # Workers that have just come back may need longer than a tap waits; the same key asks for the same fate.
            status, answer = await hands.act(step["id"], action, body, f"{step['id']}:{action}")
        assert status == APPLIED, answer


def check_books(shop: Workshop, order: str) -> None:
    with read(shop.tenant_id) as session:
        found = session.execute(
            text("SELECT status, produced, seq, (SELECT count(*) FROM job_events e WHERE e.job_id = j.id) AS facts"
                 " FROM jobs j WHERE order_id = :order"), {"order": order},
        ).all()  # fmt: skip
        books = stock_views.check(session)
    assert {row.status for row in found} == {"DONE"}
    assert [row.facts for row in found] == [row.seq for row in found]
    assert all(row.produced == 1 for row in found)
    assert books.sound, books.faults
    assert not disagreements(shop.tenant_id)


def test_a_lost_temporal_database_is_built_again_and_work_goes_on(product):
    shop = open_workshop()
    order = asyncio.run(place(product, shop, 3))
    asyncio.run(work(product, shop, taps=7))
    with database_of_temporal(product) as folder:
        for file in folder.glob("temporal.sqlite*"):
            file.unlink()
    result = repair(product)
    assert result.returncode == 0, result.stderr
    assert "3 rebuilt, 1 orders restarted" in result.stdout
    asyncio.run(work(product, shop))
    check_books(shop, order)


def test_an_older_temporal_database_is_brought_up_to_the_facts(product, tmp_path):
    shop = open_workshop()
    order = asyncio.run(place(product, shop, 3))
    asyncio.run(work(product, shop, taps=5))
    with database_of_temporal(product) as folder:
        for file in folder.glob("temporal.sqlite*"):
            shutil.copy(file, tmp_path)
    asyncio.run(work(product, shop, taps=6))
    with database_of_temporal(product) as folder:
        for file in tmp_path.glob("temporal.sqlite*"):
            shutil.copy(file, folder)
    result = repair(product, "--all")
    assert result.returncode == 0, result.stderr
    asyncio.run(work(product, shop))
    check_books(shop, order)


def test_repair_leaves_what_is_well_alone(product):
    shop = open_workshop()
    order = asyncio.run(place(product, shop, 1))
    asyncio.run(work(product, shop, taps=2))
    result = repair(product)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("1 jobs are well, 0 rebuilt, 0 orders restarted")
    asyncio.run(work(product, shop))
    check_books(shop, order)
