from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.licensing import COMMUNITY_SEATS, Standing, allowed_seats, days_left, has_room, standing

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (None, Standing.COMMUNITY),
        (31, Standing.VALID),
        (30, Standing.ENDING),
        (0.01, Standing.ENDING),
        (0, Standing.ENDED),
        (-400, Standing.ENDED),
    ],
)
def test_administrators_are_warned_from_thirty_days_before_the_end(days: float | None, expected: Standing) -> None:
    ends = None if days is None else NOW + timedelta(days=days)
    assert standing(ends, NOW) is expected
    assert standing(ends, NOW, many_factories=True) is Standing.NOT_NEEDED


def test_a_living_licence_allows_its_seats_and_an_ended_one_what_everybody_has() -> None:
    assert allowed_seats(Standing.VALID, 80) == 80
    assert allowed_seats(Standing.ENDING, 80) == 80
    assert allowed_seats(Standing.ENDED, 80) == COMMUNITY_SEATS
    assert allowed_seats(Standing.COMMUNITY, None) == COMMUNITY_SEATS
    assert allowed_seats(Standing.NOT_NEEDED, None) is None


@given(st.sampled_from(Standing), st.integers(1, 10_000))
def test_a_licence_never_allows_less_than_none(stands: Standing, seats: int) -> None:
    allowed = allowed_seats(stands, seats)
    assert allowed is None or allowed >= COMMUNITY_SEATS


def test_the_last_seat_is_the_last() -> None:
    assert has_room(24, 25)
    assert not has_room(25, 25)
    assert not has_room(400, 25)
    assert has_room(10_000, None)


def test_days_left_never_go_below_nothing() -> None:
    assert days_left(NOW + timedelta(days=3, hours=5), NOW) == 3
    assert days_left(NOW - timedelta(days=3), NOW) == 0
