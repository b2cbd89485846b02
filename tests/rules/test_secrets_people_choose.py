import pytest

from models.rules import passwords, pins


@pytest.mark.parametrize("pin", ["2580", "1357", "90210", "121215", "84019375"])
def test_a_pin_that_is_no_pattern_is_taken(pin: str) -> None:
    assert pins.weakness(pin) is None


@pytest.mark.parametrize(
    "pin", ["", "123", "123456789", "12a4", "١٢٣٤", "²²²²", "0000", "99999999", "1234", "9876", "01234567", "1212",
            "123123", "12341234"],
)  # fmt: skip
def test_a_pin_that_is_none_or_a_pattern_is_refused_in_a_sentence(pin: str) -> None:
    assert str(pins.weakness(pin)).endswith(".")


@pytest.mark.parametrize("password", ["three lathes and a lamp", "ääääöööößßß1", "a" * 6 + "bcdefg"])
def test_a_long_password_that_nobody_tries_first_is_taken(password: str) -> None:
    assert passwords.weakness(password, "maria") is None


@pytest.mark.parametrize(
    "password", ["short", "eleven char", "maria.lindqvist", "Maria.LINDQVIST", "Password1234", "aaaaaaaaaaaaab"]
)
def test_a_short_or_common_password_or_ones_own_name_is_refused_in_a_sentence(password: str) -> None:
    assert str(passwords.weakness(password, "Maria.Lindqvist")).endswith(".")
