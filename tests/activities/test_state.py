"""The database alone knows a job as well as its workflow does, whatever happened to it."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.messages.commands import (
    CancelWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    PauseWorkOrder,
    ReleaseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    ReworkWorkOrder,
    SkipWorkOrder,
    StartWorkOrder,
)
from models.records.jobs.state import load_state
from models.rules.jobs import Job
from models.rules.work_orders import WorkOrderState
from tests.factories import Factory, make_tenant
from tests.floor import Hands, hands_of, place, publish_lamp, scalar, scale


def node(key: str, *after: str | tuple[str, str], **more: Any) -> dict[str, Any]:
    links = [{"step": a} if isinstance(a, str) else {"step": a[0], "send_ahead": a[1]} for a in after]
    return {"key": key, "name": key, "work_center": "ASSY", "run_minutes": "1", "after": links, **more}


SHAPES = {
    "gates in a row": (
        node("a"), node("b", "a", quality_gate=True, rework_to="a"), node("c", "b", optional=True),
        node("d", "c", quality_gate=True, rework_to="b"), node("e", "d"),
    ),
    "two gates that share a target": (
        node("a"), node("b", "a", quality_gate=True, rework_to="a"), node("c", "a", quality_gate=True, rework_to="a"),
        node("d", "b", "c"),
    ),
    "pieces sent ahead": (
        node("a"), node("b", ("a", "1")), node("c", ("b", "2"), "a", quality_gate=True, rework_to="b"),
        node("d", "c", optional=True), node("e", ("d", "1")),
    ),
    "optional steps beside others": (
        node("a", optional=True), node("b"), node("c", "a", "b", optional=True), node("d", "c"), node("e", "c", "b"),
        node("f", "d", "e", quality_gate=True, rework_to="c"),
    ),
}  # fmt: skip


@lru_cache
def factory_of(shape: str) -> Factory:
    factory = make_tenant()
    publish_lamp(factory, SHAPES[shape])
    return factory


def remembered(job: Hands) -> Any:
    return job.brain.state()


def written(job: Hands) -> Any:
    with job.factory.read() as session:
        return load_state(session, job.job_id, job.brain.graph)


LIKELY = {
    WorkOrderState.WAITING: ("skip", "hold", "cancel"),
    WorkOrderState.READY: ("start", "start", "start", "start", "skip", "hold"),
    WorkOrderState.IN_PROGRESS: ("complete", "complete", "complete", "report", "pause", "hold"),
    WorkOrderState.PAUSED: ("resume", "resume", "release", "cancel"),
    WorkOrderState.COMPLETED: ("rework",),
    WorkOrderState.SKIPPED: ("rework",),
    WorkOrderState.CANCELLED: ("rework", "rework"),
}
small = st.integers(0, 2).map(Decimal)


def request_for(data: st.DataObject, word: str) -> Any:
    if word in {"complete", "report"}:
        scrapped, rejected = data.draw(small), data.draw(small)
        kind = CompleteWorkOrder if word == "complete" else ReportWorkOrder
        good = data.draw(st.one_of(st.none(), small) if word == "complete" else small)
        return kind(good=good, scrapped=scrapped, rejected=rejected, reason="so")
    if word == "rework":
        return ReworkWorkOrder(reason="again", quantity=data.draw(st.sampled_from([None, Decimal(1), Decimal(2)])))
    plain = {"start": StartWorkOrder, "pause": PauseWorkOrder, "resume": ResumeWorkOrder, "release": ReleaseWorkOrder}
    told = {"skip": SkipWorkOrder, "hold": HoldWorkOrder, "cancel": CancelWorkOrder}
    return plain[word]() if word in plain else told[word](reason="so")


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(shape=st.sampled_from(sorted(SHAPES)), lot=st.integers(1, 4), data=st.data())
def test_after_any_walk_the_rows_tell_the_state_the_workflow_has(
    servers: object, shape: str, lot: int, data: st.DataObject
) -> None:
    assert servers
    factory = factory_of(shape)
    order_id = place(factory, str(lot))
    scale(factory, order_id)
    job = hands_of(factory, order_id).open()
    for _ in range(data.draw(st.integers(5, 30))):
        if job.brain.ended:
            break
        if data.draw(st.integers(0, 25)) == 0:
            job.deliver(job.command(request_for(data, data.draw(st.sampled_from(["hold", "release"])))))
        else:
            step = data.draw(st.integers(0, len(job.brain.states) - 1))
            word = data.draw(st.sampled_from(LIKELY[job.brain.states[step]]))
            job.deliver(job.command(request_for(data, word), job.brain.graph.keys[step]))
        job.later(1)
        assert written(job) == remembered(job)
    again = Job(job.brain.graph, written(job))
    assert again.blocked == job.brain.blocked
    assert scalar(factory, "SELECT seq FROM jobs WHERE id = :job", job=job.job_id) == job.seq
