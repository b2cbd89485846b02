from datetime import UTC, datetime, timedelta

from models.rules.health import Concern, of_mail, of_space, of_waiting

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_what_waits_worries_the_longer_it_waits() -> None:
    assert of_waiting(None, NOW) is Concern.GOOD
    for minutes, concern in ((1, Concern.GOOD), (5, Concern.WARN), (30, Concern.BAD)):
        assert of_waiting(NOW - timedelta(minutes=minutes), NOW) is concern


def test_a_disk_worries_when_little_is_left() -> None:
    assert [of_space(free, 100) for free in (50, 10, 1)] == [Concern.GOOD, Concern.WARN, Concern.BAD]
    assert of_space(0, 0) is Concern.GOOD


def test_mail_worries_when_it_is_given_up() -> None:
    assert [of_mail(*state) for state in ((3, 0), (30, 0), (0, 1))] == [Concern.GOOD, Concern.WARN, Concern.BAD]
