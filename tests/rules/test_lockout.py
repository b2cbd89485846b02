from datetime import UTC, datetime, timedelta

import pytest

from models.rules.lockout import FREE_TRIES, counted, wait

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_the_first_tries_are_free_and_each_later_one_waits_longer_up_to_an_hour() -> None:
    waits = [wait(failures) for failures in range(40)]
    assert waits[:FREE_TRIES] == [timedelta()] * FREE_TRIES
    seconds = [int(each.total_seconds()) for each in waits[FREE_TRIES : FREE_TRIES + 8]]
    assert seconds == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert waits == sorted(waits)
    assert wait(10**9) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("ago", "still"),
    [(timedelta(), 7), (timedelta(hours=24), 7), (timedelta(hours=24, microseconds=1), 0), (timedelta(days=9), 0)],
)
def test_after_a_quiet_day_failures_are_forgotten(ago: timedelta, still: int) -> None:
    assert counted(7, NOW - ago, NOW) == still
