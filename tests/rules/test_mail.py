from datetime import UTC, datetime, timedelta

from models.rules.mail import MOST_ATTEMPTS, next_attempt

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_each_pause_is_longer_than_the_one_before_up_to_two_hours() -> None:
    pauses = [next_attempt(attempts, NOW, None) - NOW for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses[0] == timedelta(seconds=30)
    assert pauses[1] == timedelta(minutes=1)
    assert sorted(pauses) == pauses
    assert pauses[-1] == timedelta(hours=2)


def test_a_mail_is_given_up_after_the_last_attempt_or_when_it_would_come_too_late() -> None:
    assert next_attempt(MOST_ATTEMPTS, NOW, None) is None
    assert next_attempt(1, NOW, NOW + timedelta(seconds=30)) is None
    assert next_attempt(1, NOW, NOW + timedelta(seconds=31)) == NOW + timedelta(seconds=30)
