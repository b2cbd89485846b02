"""Minutes worked: by the clock, or as the person states them."""

from decimal import Decimal

from models.messages.commands import (
    CancelWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    PauseWorkOrder,
    ReleaseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    StartWorkOrder,
)
from tests.floor import Hands, rows


def minutes(job: Hands) -> list[tuple[Decimal | None, bool]]:
    found = rows(job.factory, "SELECT minutes, stated FROM time_entries ORDER BY started_at")
    return [(row.minutes, row.stated) for row in found]


def test_the_clock_runs_from_start_to_pause_and_from_resume_to_the_end(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(7.5)
    job.do(PauseWorkOrder(), "cut")
    job.later(60)
    job.do(ResumeWorkOrder(), "cut")
    job.later(2)
    job.do(ReportWorkOrder(good=Decimal(1)), "cut")
    job.later(0.5)
    job.do(CompleteWorkOrder(), "cut")
    assert minutes(job) == [(Decimal("7.5"), False), (Decimal("2.5"), False)]


def test_stated_minutes_are_those_of_the_whole_attempt(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(7)
    job.do(PauseWorkOrder(), "cut")
    job.do(ResumeWorkOrder(), "cut")
    job.later(90)
    job.do(CompleteWorkOrder(minutes=Decimal(20)), "cut")
    assert minutes(job) == [(7, False), (13, True)]


def test_stated_minutes_below_what_the_clock_closed_already_add_nothing(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(30)
    job.do(PauseWorkOrder(), "cut")
    job.do(ResumeWorkOrder(), "cut")
    job.do(CompleteWorkOrder(minutes=Decimal(20)), "cut")
    assert minutes(job) == [(30, False), (0, True)]


def test_a_hold_stops_the_clock_of_what_runs(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(3)
    job.do(HoldWorkOrder(reason="audit"))
    job.later(100)
    job.do(ReleaseWorkOrder())
    job.do(ResumeWorkOrder(), "cut")
    job.later(1)
    job.do(CancelWorkOrder(reason="enough"), "cut")
    assert minutes(job) == [(3, False), (1, False)]


def test_a_clock_set_back_never_makes_time_negative(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.later(-30)
    job.do(CompleteWorkOrder(), "cut")
    assert minutes(job) == [(0, False)]
    row = job.work_order("cut")
    assert row.ended_at >= row.started_at
