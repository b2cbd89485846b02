"""What passwords are worth, whether certificates hold, and what each permission means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.access import MEANING, Permission, grid
from models.rules.passwords import SHORTEST, weakness
from models.rules.skills import Certificate, shortfall

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("elevenchars", "at least 12 characters"),
        ("maria.lindqvist", "must not be the user name"),
        ("MARIA.Lindqvist", "must not be the user name"),
        ("Password1234", "anybody would try"),
        ("QWERTYuiopas", "anybody would try"),
        ("aaaaaaaaaaaaaaa", "anybody would try"),
        ("abcabcabcabcabc", "anybody would try"),
    ],
)
def test_a_password_easily_guessed_is_refused_in_a_sentence(password, words):
    said = weakness(password, "maria.lindqvist")
    assert words in said
    assert said.endswith(".")
    assert password not in said


def test_a_few_words_that_do_not_belong_together_are_taken():
    assert weakness("wrench under the blue lamp", "maria") is None
    assert weakness("maria-and-her-lathe", "maria") is None


@given(st.text(max_size=40), st.text(max_size=20))
def test_nothing_shorter_than_the_policy_is_ever_taken(password, username):
    if weakness(password, username) is None:
        assert len(password) >= SHORTEST
        assert password.casefold() != username.casefold()


def test_a_certificate_holds_from_its_first_instant_to_just_before_its_last():
    held = Certificate("WELD", NOON, NOON + timedelta(days=1))
    assert shortfall([held], NOON) is None
    assert shortfall([held], NOON + timedelta(days=1) - timedelta(microseconds=1)) is None
    assert shortfall([held], NOON + timedelta(days=1)) == "whose certificate for 'WELD' expired at 2027-03-02 12:00 UTC"
    early = shortfall([held], NOON - timedelta(microseconds=1))
    assert early == "certified for 'WELD' only from 2027-03-01 12:00 UTC on"


def test_a_certificate_without_an_end_holds_for_ever():
    assert shortfall([Certificate("WELD", NOON, None)], NOON + timedelta(days=10_000)) is None


def test_the_first_skill_that_is_lacking_is_named():
    held, none = Certificate("WELD", NOON, None), Certificate("FORKLIFT", None, None)
    assert shortfall([held, none], NOON) == "without the skill 'FORKLIFT'"
    assert shortfall([], NOON) is None


def test_every_permission_says_what_it_means_in_a_sentence():
    assert set(MEANING) == set(Permission)
    assert all(words[0].isupper() and words.endswith(".") for words in MEANING.values())
    assert len(set(MEANING.values())) == len(MEANING)


def test_the_grid_counts_who_holds_a_wider_permission_as_holding_the_narrow_one():
    shown = grid({"floor": {Permission.WORK_ORDERS_READ}, "guest": {Permission.WORK_ORDERS_READ_OWN}, "none": set()})
    assert list(shown) == list(Permission)
    assert shown[Permission.WORK_ORDERS_READ] == ("floor",)
    assert shown[Permission.WORK_ORDERS_READ_OWN] == ("floor", "guest")
    assert shown[Permission.USERS_EDIT] == ()
