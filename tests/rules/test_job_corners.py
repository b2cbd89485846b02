"""Corners of a job's life that random walks seldom reach."""

from decimal import Decimal

from models.rules.commands import RefusalKind
from models.rules.jobs import Ask, Decision, Edge, Graph, Job, fresh_state
from models.rules.jobs.words import wrong_state
from models.rules.work_orders import Action, WorkOrderState, after

S = WorkOrderState


def graph_of(*incoming: tuple[int, ...], optional: tuple[int, ...] = ()) -> Graph:
    successors = [
        tuple(after for after, befores in enumerate(incoming) if step in befores) for step in range(len(incoming))
    ]
    return Graph(
        keys=tuple(f"s{step}" for step in range(len(incoming))),
        incoming=tuple(tuple(Edge(before) for before in befores) for befores in incoming),
        successors=tuple(successors), optional=frozenset(optional), rework_to={},
    )  # fmt: skip


def opened(graph: Graph, quantity: int) -> Job:
    job = Job(graph, fresh_state(graph, Decimal(quantity)))
    job.commit(Decision(changes=job.first_ready()))
    return job


def do(job: Job, action: Action, step: int, **words: Decimal) -> Decision:
    decision = job.decide(Ask(action, step, job.attempt(step), **words))
    assert decision.refusal is None, decision.refusal
    job.commit(decision)
    return decision


def finish(job: Job, step: int, **words: Decimal) -> None:
    do(job, Action.START, step)
    do(job, Action.COMPLETE, step, **words)


CHAIN = graph_of((), (0,))


def test_rework_of_pieces_put_aside_takes_back_none_that_passed() -> None:
    job = opened(CHAIN, 5)
    finish(job, 0, good=Decimal(3), rejected=Decimal(2))
    do(job, Action.START, 1)
    (opening,) = do(job, Action.REWORK, 0, quantity=Decimal(2)).openings
    assert (opening.quantity, opening.returned, opening.retrieved) == (2, 0, 2)


def test_cancelled_rework_asked_again_never_makes_more_pieces_than_there_are() -> None:
    job = opened(CHAIN, 5)
    finish(job, 0, good=Decimal(3), rejected=Decimal(2))
    do(job, Action.REWORK, 0)
    do(job, Action.CANCEL, 0)
    (opening,) = do(job, Action.REWORK, 0).openings
    assert opening.quantity == 2
    finish(job, 0)
    assert job.output(0) == 5


def test_what_was_made_before_a_step_was_cancelled_stays_made() -> None:
    job = opened(CHAIN, 5)
    do(job, Action.START, 0)
    do(job, Action.REPORT, 0, good=Decimal(2))
    do(job, Action.CANCEL, 0)
    (opening,) = do(job, Action.REWORK, 0).openings
    assert opening.quantity == 3
    finish(job, 0)
    assert job.output(0) == 5


def test_a_step_no_piece_can_reach_is_not_opened_again() -> None:
    job = opened(CHAIN, 5)
    do(job, Action.CANCEL, 0)
    assert job.states == [S.CANCELLED, S.WAITING]
    do(job, Action.REWORK, 0)
    do(job, Action.CANCEL, 1)
    refusal = job.decide(Ask(Action.REWORK, 1, 1)).refusal
    assert refusal is not None
    assert refusal.kind is RefusalKind.NOTHING_TO_REWORK


def test_pieces_pass_through_several_skipped_steps_to_one_follower() -> None:
    job = opened(graph_of((), (0,), (0,), (1, 2), optional=(1, 2)), 4)
    for step in (1, 2):
        do(job, Action.SKIP, step)
    do(job, Action.START, 0)
    changes = do(job, Action.COMPLETE, 0, good=Decimal(3), scrapped=Decimal(1)).changes
    assert [(change.step, change.after, change.quantity) for change in changes[1:]] == [(3, S.READY, 3)]


def test_a_state_read_back_from_rows_learns_anew_what_skipped_steps_pass_on() -> None:
    job = opened(graph_of((), (0,), (1,), optional=(1,)), 4)
    do(job, Action.SKIP, 1)
    finish(job, 0, good=Decimal(3), scrapped=Decimal(1))
    state = job.state()
    state.made.pop(1)
    again = Job(job.graph, state)
    again.settle_skipped()
    assert again.state() == job.state()
    assert again.blocked == job.blocked


def test_a_refusal_says_what_stands_against_it_and_what_to_do() -> None:
    job = opened(CHAIN, 1)

    def told(action: Action, step: int | None) -> str:
        refusal = job.decide(Ask(action, step)).refusal
        assert refusal is not None
        return refusal.detail

    assert told(Action.COMPLETE, 0) == "It cannot be completed: nobody has started it; start it first."
    assert told(Action.START, 1) == "It cannot be started: it waits for the work before it; finish that first."
    assert told(Action.START, None) == "A whole job cannot be started; name one of its work orders."
    finish(job, 0)
    assert told(Action.COMPLETE, 0) == (
        "It cannot be completed: it is finished; if something is wrong with it, ask for rework."
    )


def test_every_refused_move_has_its_words() -> None:
    refused = [(state, action) for state in S for action in Action if after(state, action) is None]
    assert all(wrong_state(state, action).endswith(".") for state, action in refused)


def test_a_step_that_was_given_up_is_opened_for_all_its_pieces_or_not_at_all() -> None:
    job = opened(CHAIN, 5)
    do(job, Action.CANCEL, 0)
    refusal = job.decide(Ask(Action.REWORK, 0, 1, quantity=Decimal(2))).refusal
    assert refusal is not None
    assert refusal.kind is RefusalKind.NOTHING_TO_REWORK
    assert "for all its 5 pieces" in refusal.detail
    (opening,) = do(job, Action.REWORK, 0, quantity=Decimal(5)).openings
    assert opening.quantity == 5


def test_work_is_not_sent_back_to_a_step_that_this_job_does_not_have() -> None:
    job = opened(CHAIN, 5)
    finish(job, 0)
    refusal = job.decide(Ask(Action.REWORK, 0, 1, target="paint")).refusal
    assert refusal is not None
    assert refusal.kind is RefusalKind.NO_SUCH_STEP
    assert "no step 'paint'" in refusal.detail


def test_work_is_sent_back_only_to_a_step_that_leads_here() -> None:
    job = opened(CHAIN, 5)
    finish(job, 0)
    refusal = job.decide(Ask(Action.REWORK, 0, 1, target="s1")).refusal
    assert refusal is not None
    assert refusal.kind is RefusalKind.NOT_AN_ANCESTOR
