"""A factory to measure in: one technician who may do everything, templates of a given shape, stock without end."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from api import publishing
from api.tokens import issue
from deploy.bench.taps import Tablet
from models.connections.ids import new_id
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.catalog import PartDraft, ProductDraft, WorkCenterDraft
from models.messages.stock import Postings, StockPosting
from models.messages.templates import PartLine, Predecessor, Step, TemplateDocument
from models.records import stock_views, templates
from models.records.access import sessions
from models.records.catalog.missing import add_missing_parts, add_missing_work_centers
from models.records.catalog.products import add_missing_product
from models.rules.access import MATRIX, Role
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.tenants import Tenant

_PARTS, _PLENTY = 20, Decimal(1_000_000)
_JOBS = text("SELECT id FROM jobs WHERE order_id = :order AND seq > 0 ORDER BY lot_number")
_STATUS = text("SELECT count(*) FROM jobs WHERE id = ANY(:jobs) AND status <> 'DONE'")


class Factory:
    """One tenant; templates are named after their shape, `lanes` steps side by side and `length` in a row."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.actor = _admin()
        self.token = _token(self.actor)
        with begin(self.actor.tenant_id) as session:
            add_missing_parts(session, self.actor, [PartDraft(sku=_part(n), name="Part") for n in range(_PARTS)])
            add_missing_work_centers(session, self.actor, [WorkCenterDraft(code="BENCH", name="Bench")])
            lines = tuple(StockPosting(part=_part(number), quantity=_PLENTY) for number in range(_PARTS))
            stock_views.receive(session, self.actor, Postings(lines=lines))

    def tablet(self) -> Tablet:
        """Return a connection to the API."""
        return Tablet(self.url, self.token)

    def publish(self, lanes: int, length: int, variant: int = 0) -> str:
        """Publish a template; every step uses a part, and each lane waits only for itself. Returns the product.

        Variants begin with different parts. Lanes are joined by one more step at the end: a template in pieces is
        refused.
        """
        product = f"L{lanes}X{length}-{variant}"
        steps = [_step(lane, row, variant) for row in range(length) for lane in range(lanes)]
        if lanes > 1:
            ends = tuple(Predecessor(step=step.key) for step in steps[-lanes:])
            steps.append(Step(key="join", name="Join the lanes", after=ends, work_center="BENCH"))
        document = TemplateDocument(product=product, title=f"{lanes} lanes of {length} steps", steps=tuple(steps))
        with begin(self.actor.tenant_id) as session:
            add_missing_product(session, self.actor, ProductDraft(sku=product, name=product))
            draft = templates.create_draft(session, self.actor, document)
            publishing.publish(session, self.actor, draft.id, None)
        return product

    async def order(self, product: str, jobs: int) -> list[UUID]:
        """Order a number of jobs through the API and wait until the first work orders of all are ready."""
        due = (utc_now() + timedelta(days=30)).isoformat()
        async with self.tablet() as tablet:
            placed = await tablet.post(
                "/orders", {"product": product, "quantity": str(jobs), "lot_size": "1", "due_at": due}
            )
        while len(found := await asyncio.to_thread(self._opened, UUID(placed["id"]))) < jobs:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.1)
        return found

    def _opened(self, order: UUID) -> list[UUID]:
        with read(self.actor.tenant_id) as session:
            return list(session.execute(_JOBS, {"order": order}).scalars())

    async def work_orders(self, job: UUID) -> list[str]:
        """Return the ids of a job's work orders, in the order of its plan."""
        async with self.tablet() as tablet:
            steps = json.loads(await tablet.get(f"/jobs/{job}"))["steps"]
        return [step["work_order_id"] for step in steps]

    async def ended(self, jobs: list[UUID]) -> None:
        """Wait until jobs are DONE."""
        while await asyncio.to_thread(self._open, jobs):  # noqa: ASYNC110 - the event happens in another process
            await asyncio.sleep(0.1)

    def _open(self, jobs: list[UUID]) -> int:
        with read(self.actor.tenant_id) as session:
            return int(session.execute(_STATUS, {"jobs": jobs}).scalar_one())


def _admin() -> Actor:
    tenant_id = new_id()
    with begin(tenant_id) as session:
        session.add(Tenant(id=tenant_id, slug="bench", name="Benchmark", site="MAIN"))
        session.flush()
        user = User(
            tenant_id=tenant_id, username="bench", display_name="Benchmark", role=Role.ADMIN.value, password_hash=""
        )
        session.add(user)
        session.flush()
        return Actor(
            tenant_id=tenant_id, user_id=user.id, username="bench", display_name="Benchmark", role=Role.ADMIN,
            permissions=MATRIX[Role.ADMIN],
        )  # fmt: skip


def _token(actor: Actor) -> str:
    with begin(actor.tenant_id) as session:
        opened = sessions.open_session(
            session, tenant_id=actor.tenant_id, user_id=actor.user_id, kind="api", life=timedelta(days=1)
        )
    return issue(opened.id, opened.user_id)[0]


def _step(lane: int, row: int, variant: int) -> Step:
    return Step(
        key=f"s{row}-{lane}",
        name=f"Step {row} of lane {lane}",
        after=(Predecessor(step=f"s{row - 1}-{lane}"),) if row else (),
        work_center="BENCH",
        run_minutes=Decimal(5),
        parts=(PartLine(part=_part((row + lane + variant) % _PARTS), quantity=Decimal(2)),),
    )


def _part(number: int) -> str:
    return f"BENCH-PART-{number}"


def browser_cookie(actor: Actor) -> str:
    """Open a session in a browser for somebody and return its cookie."""
    with begin(actor.tenant_id) as session:
        opened = sessions.open_session(
            session, tenant_id=actor.tenant_id, user_id=actor.user_id, kind="browser", life=timedelta(days=1)
        )
    return f"factoryos={opened.id.hex}.{opened.secret}"
