"""The demo factory's two weeks: facts of the past that add up, and open work that goes on when somebody taps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.commands import Wish, send
from deploy.history.pictures import PICTURES
from deploy.seed import SLUG, seed_demo_factory
from deploy.stack.plan import Plan
from models.connections.postgres import read
from models.connections.temporal import connect
from models.messages.access import Actor
from models.messages.commands import HoldWorkOrder, ReleaseWorkOrder
from models.records import costs, stock_views
from models.records.access.log_in import tenant_of
from models.rules.access import MATRIX, Role
from models.rules.commands import CommandState
from tests.api.running import until
from tests.working import environment, working


@dataclass(frozen=True)
class Seeded:
    tenant_id: UUID
    maria: Actor

    def rows(self, statement: str) -> Sequence[Any]:
        with read(self.tenant_id) as session:
            return session.execute(text(statement)).all()

    def count(self, what: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {what}")[0][0])  # noqa: S608 - our own words


@pytest.fixture(scope="module")
def seeded(servers: Plan) -> Seeded:  # noqa: ARG001 - the servers must run
    seed_demo_factory()
    tenant_id = tenant_of(SLUG)
    assert tenant_id is not None
    with read(tenant_id) as session:
        user_id = session.execute(text("SELECT id FROM users WHERE username = 'maria'")).scalar_one()
    maria = Actor(
        tenant_id=tenant_id, user_id=user_id, username="maria", display_name="Maria", role=Role.MANAGER,
        permissions=MATRIX[Role.MANAGER],
    )  # fmt: skip
    return Seeded(tenant_id, maria)


def test_no_list_is_empty_and_every_state_is_there(seeded: Seeded) -> None:
    assert {row.status for row in seeded.rows("SELECT DISTINCT status FROM orders")} == {
        "PLANNED", "IN_PROGRESS", "DONE", "CANCELLED",
    }  # fmt: skip
    assert {row.status for row in seeded.rows("SELECT DISTINCT status FROM jobs")} >= {"ON_HOLD", "DONE", "CANCELLED"}
    assert 40 <= seeded.count("orders") <= 80
    for what in (
        "jobs WHERE ended_at IS NULL AND due_at < now()",
        "jobs WHERE ended_at IS NULL AND due_at BETWEEN now() AND now() + interval '2 days'",
        "work_orders WHERE state = 'IN_PROGRESS'",
        "work_orders WHERE attempt > 1",
        "commands WHERE state = 'REFUSED' AND door = 'signal' AND acknowledged_at IS NULL",
        "rejections WHERE kind = 'scrapped'",
        "rejections WHERE kind = 'rejected'",
        "job_events WHERE data->>'reason' = 'End of shift'",
        "stock_entries WHERE kind = 'receipt'",
        "stock_entries WHERE kind = 'adjust'",
        "stock_balances b JOIN parts p ON p.id = b.part_id WHERE b.location = 'stock' AND b.quantity < p.minimum_stock",
        "templates WHERE status = 'draft'",
        "orders o JOIN users u ON u.id = o.created_by WHERE u.username = 'carla'",
        "suppliers", "stations", "teams", "skills", "user_skills", "api_keys", "files", "collected_data", "bom_lines",
    ):  # fmt: skip
        assert seeded.count(what) > 0, what


def test_steps_are_illustrated_by_drawings_of_a_tablets_size_and_few_bytes(seeded: Seeded) -> None:
    shown = seeded.rows("""
        SELECT t.status, a.step_key, f.content FROM attachments a JOIN files f ON f.id = a.file_id
          JOIN templates t ON t.id = a.template_id
         WHERE EXISTS (SELECT FROM work_orders w WHERE w.step_key = a.step_key)
    """)
    assert {one.step_key for one in shown} >= {step for steps in PICTURES.values() for step, _, _ in steps}
    assert {one.status for one in shown} >= {"published", "draft"}
    for one in shown:
        assert one.content[8:12] == b"WEBP"
        assert len(one.content) < 60_000


def test_the_ledger_is_sound_and_every_piece_is_somewhere(seeded: Seeded) -> None:
    with read(seeded.tenant_id) as session:
        check = stock_views.check(session)
        done = session.execute(text("SELECT id FROM jobs WHERE status = 'DONE'")).scalars().all()
        dear = [costs.actual_of_job(session, job).total for job in done]
    assert check.sound
    assert min(dear) > 0
    assert not seeded.count("work_orders WHERE state = 'COMPLETED' AND quantity <> good + scrapped + rejected")
    assert not seeded.count("stock_balances WHERE quantity < 0 AND location = 'stock'")


def test_facts_lie_in_the_past_in_their_order(seeded: Seeded) -> None:
    ages = seeded.rows("SELECT now() - min(created_at) AS oldest, max(created_at) <= now() AS past FROM orders")[0]
    assert ages.past
    assert 13 <= ages.oldest.days <= 14
    assert not seeded.count("job_events WHERE occurred_at > recorded_at OR recorded_at > now()")
    assert not seeded.count("stock_entries WHERE occurred_at > now() OR posted_at > now()")
    assert not seeded.count("work_orders WHERE started_at < ready_at OR ended_at < started_at")
    assert not seeded.count("time_entries WHERE ended_at < started_at OR started_at > now()")
    assert not seeded.count("job_events a JOIN job_events b ON b.job_id = a.job_id AND b.seq = a.seq + 1 "
                            "WHERE b.recorded_at < a.recorded_at")  # fmt: skip


def test_history_sends_nothing_and_leaves_no_other_clock_behind(seeded: Seeded) -> None:
    assert {row.topic for row in seeded.rows("SELECT DISTINCT topic FROM outbox")} == {"audit"}
    assert seeded.rows("SELECT to_regnamespace('past')")[0][0] is None


def test_seeding_again_changes_nothing(seeded: Seeded) -> None:
    tables = ("orders", "jobs", "work_orders", "stock_entries", "job_events", "outbox", "users")
    before = [seeded.count(table) for table in tables]
    seed_demo_factory()
    assert [seeded.count(table) for table in tables] == before


async def test_every_open_job_answers_a_tap(seeded: Seeded) -> None:
    with environment(FACTORYOS_RELAY_AFTER_SECONDS="5"), working(relays=True):
        until(lambda: not seeded.count("orders WHERE launched_at IS NULL"), 60)
        until(lambda: not seeded.count("jobs WHERE ended_at IS NULL AND seq = 0"), 60)
        jobs = seeded.rows("SELECT id, held FROM jobs WHERE ended_at IS NULL ORDER BY code")
        assert len(jobs) > 20
        asks = [ReleaseWorkOrder() if job.held else HoldWorkOrder(reason="Let me see") for job in jobs]
        wishes = [Wish(str(uuid4()), ask, job_id=job.id) for job, ask in zip(jobs, asks, strict=True)]
        told = {outcome.command_id for outcome in await send(await connect(), seeded.maria, wishes)}
        # Whatever a busy machine left to the relay is decided a little later.
        until(lambda: not seeded.count("commands WHERE state = 'PENDING'"), 120)
    fates = seeded.rows("SELECT id, state FROM commands ORDER BY received_at DESC LIMIT 200")
    assert {fate.state for fate in fates if fate.id in told} == {CommandState.APPLIED.value}
