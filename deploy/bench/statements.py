"""How many SQL statements reading a job takes, cold, counted at the driver while the API answers in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx2
from sqlalchemy import event

from api.app import create_app
from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from models.connections.postgres import engine


async def measure(factory: Factory) -> list[Figure]:
    """Return the statements of GET /jobs/{id} for a job of ordinary and for one of great size."""
    figures = []
    for steps in (35, 1_000):
        (job,) = await factory.order(factory.publish(1, steps), 1)
        with counted() as statements:
            await _read(factory, job)
        figures.append(
            Figure("read", f"SQL statements of GET /jobs/{{id}}, {steps:,} steps", len(statements), at_most=5)
        )
    return figures


async def _read(factory: Factory, job: UUID) -> None:
    transport = httpx2.ASGITransport(app=create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://bench.test") as client:
        answer = await client.get(f"/api/v1/jobs/{job}", headers={"Authorization": f"Bearer {factory.token}"})
        answer.raise_for_status()


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that this process sends meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine(), "before_cursor_execute", note)
