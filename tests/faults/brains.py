"""Three memories of one job must agree: its rows, its facts decided over again, and what its books say."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.postgres import read
from models.messages.commands import Command
from models.records import plans
from models.records.jobs.state import load_state
from models.rules.jobs import Decision, Graph, Job, JobState, fresh_state
from models.rules.orders import Status

_JOBS = text("SELECT id, code, plan_hash, quantity, produced, status FROM jobs ORDER BY code")
_FACTS = text("""
    SELECT e.seq, c.id, c.data, c.actor_id, c.received_at, w.step_index, w.attempt
      FROM job_events e JOIN commands c ON c.tenant_id = e.tenant_id AND c.id = e.command_id
      LEFT JOIN work_orders w ON w.id = c.work_order_id
     WHERE e.job_id = :job ORDER BY e.seq
""")


def disagreements(tenant_id: UUID) -> list[str]:
    """Return what rows, facts and books of a tenant's jobs say differently."""
    found: list[str] = []
    with read(tenant_id) as session:
        for row in session.execute(_JOBS).all():
            plan = plans.plan(session, tenant_id, row.plan_hash)
            graph = plans.graph_data(plan, row.quantity).graph()
            state = load_state(session, row.id, graph)
            job = Job(graph, state)
            if not job.ended:
                found.append(f"{row.code}: its rows say {state.states}")
            elif job.produced() != row.produced:
                found.append(f"{row.code}: its rows make {job.produced()} good pieces, its books {row.produced}")
            found += [f"{row.code}: {words}" for words in _decided_again(session, row.id, graph, state)]
    return found


def _decided_again(session: Session, job_id: UUID, graph: Graph, rows: JobState) -> Iterator[str]:
    """Take the facts as commands once more, in order; a fresh brain must come to where the rows are."""
    job = Job(graph, fresh_state(graph, rows.quantity))
    job.commit(Decision(changes=job.first_ready()))
    for fact in session.execute(_FACTS, {"job": job_id}):
        decision = job.decide(_command(fact).ask())
        if decision.refusal is not None:
            yield f"fact {fact.seq} would be refused: {decision.refusal.detail}"
            return
        job.commit(decision)
    if rows.status is Status.DONE:
        job.status = Status.DONE
    again = replace(job.state(), attempts={step: number for step, number in sorted(job.attempts.items()) if number > 1})
    if again != rows:
        yield f"its facts lead to {again}, its rows are {rows}"


def _command(fact: object) -> Command:
    return Command.model_validate({
        "id": fact.id, "request": fact.data, "actor_id": fact.actor_id, "step": fact.step_index,
        "attempt": fact.attempt or 1, "received_at": fact.received_at,
    })  # fmt: skip
