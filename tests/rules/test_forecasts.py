from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.rules.forecasts import Standing, StepAhead, WayAhead, earliest, left, standing, way_ahead

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _step(index: int, minutes: int, *after: int) -> StepAhead:
    return StepAhead(index, Decimal(minutes), after)


def test_the_longest_way_counts_and_parallel_work_does_not_add_up() -> None:
    found = way_ahead([_step(0, 5), _step(1, 20, 0), _step(2, 3, 0), _step(3, 2, 1, 2)])
    assert found == WayAhead(Decimal(27), (0, 1, 3))


def test_steps_that_are_done_take_no_time_and_are_passed_over() -> None:
    assert way_ahead([_step(2, 7, 0, 1), _step(3, 1, 2)]) == WayAhead(Decimal(8), (2, 3))
    assert way_ahead([]) == WayAhead()


def test_a_step_that_takes_longer_than_planned_has_nothing_left_and_no_less() -> None:
    assert left(Decimal(10), Decimal(4)) == 6
    assert left(Decimal(10), Decimal(40)) == 0


def test_the_earliest_finish_is_now_and_the_way() -> None:
    assert earliest(NOW, WayAhead(Decimal("90.5"))) == NOW + timedelta(minutes=90, seconds=30)


@pytest.mark.parametrize(
    ("due", "finish", "blocked", "found"),
    [
        (NOW - HOUR, None, False, Standing.ENDED),
        (NOW - HOUR, NOW + HOUR, False, Standing.LATE),
        (NOW + HOUR, NOW + 2 * HOUR, True, Standing.AT_RISK),
        (NOW + 2 * HOUR, NOW + HOUR, True, Standing.BLOCKED),
        (NOW + 2 * HOUR, NOW + HOUR, False, Standing.ON_TIME),
    ],
)
def test_it_stands_against_its_date_as_late_at_risk_blocked_or_on_time(
    due: datetime, finish: datetime | None, found: Standing, *, blocked: bool
) -> None:
    assert standing(NOW, due, finish, blocked=blocked) is found
