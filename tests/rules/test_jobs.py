"""The job's brain against its own bookkeeping: whatever is asked in whatever order, the books agree."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.commands import RefusalKind
from models.rules.jobs import Ask, Edge, Graph, Job, fresh_state
from models.rules.orders import Status
from models.rules.work_orders import FINISHED, Action, WorkOrderState

S = WorkOrderState


def graph_of(edges, count, *, optional=(), gates=None, send_ahead=None):
    ahead = send_ahead or {}
    incoming = [[] for _ in range(count)]
    successors = [[] for _ in range(count)]
    for before, after in sorted(set(edges)):
        incoming[after].append(Edge(before, ahead.get((before, after))))
        successors[before].append(after)
    return Graph(
        keys=tuple(f"s{number}" for number in range(count)),
        incoming=tuple(map(tuple, incoming)),
        successors=tuple(map(tuple, successors)),
        optional=frozenset(optional),
        rework_to=gates or {},
    )


def started(graph, quantity=Decimal(1)):
    job = Job(graph, fresh_state(graph, quantity))
    from models.rules.jobs import Decision

    job.commit(Decision(changes=job.first_ready()))
    return job


def do(job, action, step=None, **words):
    decision = job.decide(Ask(action, step, job.attempt(step) if step is not None else 1, **words))
    assert decision.refusal is None, decision.refusal
    job.commit(decision)
    return decision


def refused(job, action, step=None, **words):
    words.setdefault("attempt", job.attempt(step) if step is not None else 1)
    decision = job.decide(Ask(action, step, **words))
    assert decision.refusal is not None
    return decision.refusal.kind


def finish(job, step, **words):
    do(job, Action.START, step)
    return do(job, Action.COMPLETE, step, **words)


DIAMOND = graph_of([(0, 1), (0, 2), (1, 3), (2, 3)], 4, optional=[2], gates={3: 1})


def test_steps_become_ready_together_when_their_predecessor_is_done():
    job = started(DIAMOND)
    finish(job, 0)
    assert job.states == [S.COMPLETED, S.READY, S.READY, S.WAITING]


def test_a_join_waits_for_all_and_the_job_ends_with_the_last_step():
    job = started(DIAMOND)
    for step in (0, 1, 2):
        finish(job, step)
    assert job.states[3] is S.READY
    assert finish(job, 3).ended
    assert job.produced() == 1


def test_only_optional_steps_are_skipped():
    job = started(DIAMOND)
    assert refused(job, Action.SKIP, 0) is RefusalKind.NOT_OPTIONAL


def test_a_step_skipped_early_still_lets_its_follower_wait_for_what_came_before():
    chain = graph_of([(0, 1), (1, 2)], 3, optional=[1])
    job = started(chain)
    do(job, Action.SKIP, 1)
    assert job.states[2] is S.WAITING
    finish(job, 0)
    assert job.states[2] is S.READY


def test_a_failed_gate_sends_its_pieces_back_and_opens_the_next_attempts():
    job = started(DIAMOND)
    for step in (0, 1, 2):
        finish(job, step)
    decision = finish(job, 3, good=Decimal(0), rejected=Decimal(1))
    assert [(o.step, o.attempt, o.state) for o in decision.openings] == [(1, 2, S.READY), (3, 2, S.WAITING)]
    finish(job, 1)
    assert job.states[3] is S.READY
    finish(job, 3)
    assert job.ended
    assert job.produced() == 1


def test_rework_of_part_of_a_lot_keeps_the_count_of_good_pieces():
    job = started(DIAMOND, Decimal(5))
    for step in (0, 1, 2):
        finish(job, step)
    finish(job, 3, good=Decimal(3), rejected=Decimal(2))
    assert job.output(1) == 3
    finish(job, 1, good=Decimal(1), scrapped=Decimal(1))
    assert job.given[3] == 1
    finish(job, 3)
    assert job.produced() == 4


def test_rework_whose_pieces_are_all_lost_lets_the_others_go_on():
    tail = graph_of([(0, 1), (1, 2)], 3, gates={1: 0})
    job = started(tail, Decimal(3))
    finish(job, 0)
    finish(job, 1, good=Decimal(2), rejected=Decimal(1))
    finish(job, 0, good=Decimal(0), scrapped=Decimal(1))
    assert job.states[1] is S.SKIPPED
    assert job.states[2] is S.READY
    finish(job, 2)
    assert job.produced() == 2


def test_a_skipped_step_stays_left_out_of_rework_and_loses_no_piece():
    chain = graph_of([(0, 1), (1, 2)], 3, optional=[1], gates={2: 0})
    job = started(chain, Decimal(2))
    finish(job, 0)
    do(job, Action.SKIP, 1)
    finish(job, 2, good=Decimal(1), rejected=Decimal(1))
    assert job.states == [S.READY, S.SKIPPED, S.WAITING]
    finish(job, 0)
    assert job.given[2] == 1
    finish(job, 2)
    assert job.ended
    assert job.produced() == 2


def test_rework_to_a_step_that_was_skipped_begins_at_the_next_one():
    chain = graph_of([(0, 1), (1, 2)], 3, optional=[1], gates={2: 1})
    job = started(chain, Decimal(2))
    finish(job, 0)
    do(job, Action.SKIP, 1)
    finish(job, 2, good=Decimal(1), rejected=Decimal(1))
    assert job.states[2] is S.READY
    finish(job, 2)
    assert job.produced() == 2


def test_a_ready_follower_goes_back_to_waiting_when_its_predecessor_is_reworked():
    job = started(DIAMOND)
    finish(job, 0)
    do(job, Action.REWORK, 0)
    assert job.states[1:3] == [S.WAITING, S.WAITING]


def test_rework_is_refused_where_the_pieces_have_gone_on():
    job = started(DIAMOND)
    finish(job, 0)
    do(job, Action.START, 1)
    assert refused(job, Action.REWORK, 0) is RefusalKind.PIECES_MOVED_ON


def test_rework_goes_back_only_along_the_graph():
    job = started(DIAMOND)
    finish(job, 0)
    finish(job, 1)
    assert refused(job, Action.REWORK, 1, target="s2") is RefusalKind.NOT_AN_ANCESTOR
    assert refused(job, Action.REWORK, 1, target="nowhere") is RefusalKind.NO_SUCH_STEP


def test_more_rework_than_there_are_pieces_is_refused():
    job = started(DIAMOND)
    finish(job, 0)
    assert refused(job, Action.REWORK, 0, quantity=Decimal(2)) is RefusalKind.NOTHING_TO_REWORK


def test_a_skipped_step_can_be_opened_again():
    job = started(DIAMOND, Decimal(2))
    finish(job, 0)
    do(job, Action.SKIP, 2)
    do(job, Action.REWORK, 2)
    assert job.attempt(2) == 2
    finish(job, 2)
    finish(job, 1)
    assert job.states[3] is S.READY
    assert job.given[3] == 2


def test_send_ahead_starts_the_follower_with_the_first_good_pieces():
    graph = graph_of([(0, 1)], 2, send_ahead={(0, 1): Decimal(20)})
    job = started(graph, Decimal(100))
    do(job, Action.START, 0)
    do(job, Action.REPORT, 0, good=Decimal(19))
    assert job.states[1] is S.WAITING
    do(job, Action.REPORT, 0, good=Decimal(61))
    assert job.states[1] is S.READY
    do(job, Action.START, 1)
    assert refused(job, Action.REPORT, 1, good=Decimal(81)) is RefusalKind.PIECES_DO_NOT_ADD_UP
    do(job, Action.REPORT, 1, good=Decimal(80))
    assert refused(job, Action.COMPLETE, 1) is RefusalKind.PREDECESSOR_OPEN
    do(job, Action.COMPLETE, 0)
    do(job, Action.COMPLETE, 1)
    assert job.produced() == 100


def test_pieces_must_add_up():
    job = started(DIAMOND, Decimal(10))
    do(job, Action.START, 0)
    assert refused(job, Action.COMPLETE, 0, good=Decimal(11)) is RefusalKind.PIECES_DO_NOT_ADD_UP
    assert refused(job, Action.COMPLETE, 0, good=Decimal(9)) is RefusalKind.PIECES_DO_NOT_ADD_UP
    assert refused(job, Action.COMPLETE, 0, scrapped=Decimal(11)) is RefusalKind.PIECES_DO_NOT_ADD_UP
    assert refused(job, Action.REPORT, 0) is RefusalKind.PIECES_DO_NOT_ADD_UP


def test_pausing_a_finished_work_order_is_refused():
    job = started(DIAMOND)
    finish(job, 0)
    assert refused(job, Action.PAUSE, 0) is RefusalKind.WRONG_STATE


def test_a_tap_on_an_old_attempt_is_refused():
    job = started(DIAMOND)
    finish(job, 0)
    do(job, Action.REWORK, 0)
    assert refused(job, Action.START, 0, attempt=1) is RefusalKind.STALE_ATTEMPT


def test_an_unknown_step_is_refused():
    assert refused(started(DIAMOND), Action.START, 99, attempt=1) is RefusalKind.NO_SUCH_STEP


def test_a_hold_pauses_the_work_and_forbids_going_on_until_released():
    job = started(DIAMOND)
    do(job, Action.START, 0)
    do(job, Action.HOLD, 0)
    assert job.states[0] is S.PAUSED
    assert refused(job, Action.RESUME, 0) is RefusalKind.ON_HOLD
    assert refused(job, Action.HOLD, 0) is RefusalKind.ON_HOLD
    do(job, Action.RELEASE, 0)
    assert refused(job, Action.RELEASE, 0) is RefusalKind.NOT_ON_HOLD
    do(job, Action.RESUME, 0)


def test_a_held_job_lets_nobody_start():
    job = started(DIAMOND)
    do(job, Action.START, 0)
    do(job, Action.HOLD)
    assert job.status is Status.ON_HOLD
    assert refused(job, Action.RESUME, 0) is RefusalKind.ON_HOLD
    assert refused(job, Action.HOLD) is RefusalKind.ON_HOLD
    do(job, Action.RELEASE)
    assert job.status is Status.IN_PROGRESS
    assert refused(job, Action.RELEASE) is RefusalKind.NOT_ON_HOLD
    assert refused(job, Action.START) is RefusalKind.WRONG_STATE


def test_releasing_a_job_nobody_began_makes_it_planned_again():
    job = started(DIAMOND)
    do(job, Action.HOLD)
    do(job, Action.RELEASE)
    assert job.status is Status.PLANNED


def test_cancelling_a_job_ends_it_and_everything_after_is_refused():
    job = started(DIAMOND)
    finish(job, 0)
    assert do(job, Action.CANCEL).ended
    assert job.produced() == 0
    assert refused(job, Action.START, 1) is RefusalKind.JOB_CLOSED


def test_cancelling_the_last_open_work_order_ends_the_job_with_nothing_produced():
    job = started(DIAMOND)
    for step in (0, 1, 2):
        finish(job, step)
    assert do(job, Action.CANCEL, 3).ended
    assert job.produced() == 0


def test_two_gates_that_reject_share_one_open_attempt():
    graph = graph_of([(0, 1), (0, 2), (1, 3), (2, 3)], 4, gates={1: 0, 2: 0})
    job = started(graph)
    finish(job, 0)
    do(job, Action.START, 2)
    finish(job, 1, good=Decimal(0), rejected=Decimal(1))
    assert do(job, Action.COMPLETE, 2, good=Decimal(0), rejected=Decimal(1)).openings[0].step == 2
    finish(job, 0)
    assert job.states[1:3] == [S.READY, S.READY]


def test_a_step_that_was_ready_by_pieces_sent_ahead_waits_when_the_skipped_maker_is_opened_after_all():
    job = started(graph_of([(0, 1)], 2, optional=[0], send_ahead={(0, 1): Decimal(1)}))
    do(job, Action.SKIP, 0)
    assert job.states[1] is S.READY
    do(job, Action.REWORK, 0)
    assert job.states == [S.READY, S.WAITING]


def test_rework_cannot_be_skipped():
    job = started(graph_of([(0, 1)], 2, optional=[0]))
    finish(job, 0)
    do(job, Action.REWORK, 0)
    assert refused(job, Action.SKIP, 0) is RefusalKind.NOT_OPTIONAL


def test_the_predecessors_an_open_step_waits_for_are_named():
    job = started(DIAMOND)
    finish(job, 0)
    finish(job, 1)
    assert job.waits_for(3) == (2,)


@st.composite
def jobs(draw):
    count = draw(st.integers(1, 9))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=14)) if pairs else []
    ahead = {edge: Decimal(draw(st.integers(1, 4))) for edge in edges if draw(st.booleans()) and draw(st.booleans())}
    optional = [step for step in range(count) if draw(st.booleans())]
    plain = graph_of(edges, count)
    gates = {}
    for step in range(count):
        ancestors = [a for a in range(step) if plain.loop(a, step)]
        if ancestors and draw(st.booleans()):
            gates[step] = draw(st.sampled_from(ancestors))
    graph = graph_of(edges, count, optional=optional, gates=gates, send_ahead=ahead)
    return graph, Decimal(draw(st.integers(1, 4)))


@settings(max_examples=400)
@given(jobs(), st.data())
def test_whatever_is_asked_the_books_agree(drawn, data):
    graph, quantity = drawn
    job = started(graph, quantity)
    small = st.integers(0, 2).map(Decimal)
    for _ in range(data.draw(st.integers(1, 40))):
        step = data.draw(st.one_of(st.none(), *[st.integers(0, len(graph.keys) - 1)] * 9))
        action = data.draw(st.sampled_from(
            [Action.START, Action.COMPLETE] * 4 + sorted(Action) if step is not None else [Action.HOLD, Action.RELEASE]
        ))  # fmt: skip
        ask = Ask(
            action, step, job.attempt(step) if step is not None else 1,
            good=data.draw(st.one_of(st.none(), small)),
            scrapped=data.draw(small) if data.draw(st.booleans()) else Decimal(0),
            rejected=data.draw(small) if data.draw(st.booleans()) else Decimal(0),
        )  # fmt: skip
        before = job.state()
        decision = job.decide(ask)
        assert job.state() == before, "deciding changes nothing"
        if decision.refusal is None:
            job.commit(decision)
            assert decision.ended == job.ended
        check(job)


def check(job):
    again = Job(job.graph, job.state())
    assert again.blocked == job.blocked
    assert again.open_count == job.open_count
    for step, state in enumerate(job.states):
        assert 0 <= job.output(step) <= job.quantity
        if state in (S.READY, S.IN_PROGRESS, S.PAUSED):
            assert job.given.get(step, job.quantity) > 0
        if state is S.READY:
            assert not job.waits_for(step)
        if state is S.WAITING and not job.held and not job.job_held and not job.waits_for(step):
            assert job.input(step) == 0, "a step all of whose predecessors are done and has pieces is not forgotten"
    assert all(pieces > 0 for pieces in job.state().rejected.values())
    if job.ended:
        assert all(state in FINISHED for state in job.states)
