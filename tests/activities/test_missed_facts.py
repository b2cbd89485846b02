"""Facts that a worker wrote and could not tell of, because it was killed between its commit and its answer."""

from models.messages.commands import (
    Applied,
    ApplyMoves,
    CancelWorkOrder,
    PauseWorkOrder,
    ResumeWorkOrder,
    StartWorkOrder,
)
from tests.floor import Hands


def _asked(job: Hands, request: ApplyMoves) -> Applied:
    from activities.work_orders import WorkOrderActivities

    return job.environment.run(WorkOrderActivities().apply, request)


def test_a_workflow_that_is_behind_is_told_the_facts_it_missed_before_anything_else_is_decided(job: Hands) -> None:
    lost = job.command(StartWorkOrder(), "cut")
    job.write(job.moves(lost))
    told = _asked(job, job.moves(job.command(PauseWorkOrder(), "cut")))
    assert told.outcomes == ()
    assert [(fact.command.id, fact.outcome.seq) for fact in told.missed] == [(lost.id, job.seq + 1)]
    assert job.brain.decide(told.missed[0].command.ask()).refusal is None
    assert job.work_order("cut").state == "IN_PROGRESS"


def test_commands_delivered_again_in_another_order_are_told_in_the_order_of_their_facts(job: Hands) -> None:
    first, second = job.command(StartWorkOrder(), "cut"), job.command(PauseWorkOrder(), "cut")
    job.write(job.moves(first, second))
    told = _asked(job, job.moves(second, first))
    assert told.outcomes == ()
    assert [fact.command.id for fact in told.missed] == [first.id, second.id]


def test_what_comes_first_again_keeps_its_fate_and_only_the_rest_is_missed(job: Hands) -> None:
    first, second = job.command(StartWorkOrder(), "cut"), job.command(PauseWorkOrder(), "cut")
    job.write(job.moves(first, second))
    told = _asked(job, job.moves(first, job.command(ResumeWorkOrder(), "cut")))
    assert [outcome.command_id for outcome in told.outcomes] == [first.id]
    assert [fact.command.id for fact in told.missed] == [second.id]


def test_a_late_tap_that_overtakes_the_end_of_a_job_learns_of_its_last_fact(job: Hands) -> None:
    last = job.command(CancelWorkOrder(reason="customer left"))
    before = job.seq
    job.deliver(last)
    job.finish()
    told = _asked(job, job.moves(job.command(StartWorkOrder(), "cut"), seq=before))
    assert told.outcomes == ()
    assert [fact.command.id for fact in told.missed] == [last.id]
