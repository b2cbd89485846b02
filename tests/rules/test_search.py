from hypothesis import given
from hypothesis import strategies as st

from models.rules.search import scanned_path, sought


def test_a_single_letter_finds_nothing_and_a_digit_does() -> None:
    assert not sought("a").is_enough
    assert sought("7").is_enough
    assert "WO-000007" in sought("7").codes
    assert sought(" wo-000123 ").codes[0] == "WO-000123"


def test_the_codes_that_begin_with_a_text_lie_between_it_and_its_end() -> None:
    wanted = sought("wo-1")
    assert [wanted.code <= code < wanted.code_end for code in ("WO-1", "WO-1Z", "WO-2", "WO-0")] == [1, 1, 0, 0]


def test_a_scanned_address_is_its_path() -> None:
    assert scanned_path("https://mes.example/work-orders/1?x=2") == "/work-orders/1?x=2"
    assert scanned_path("HTTP://LAN:8000") == "/"
    assert scanned_path("WO-000123") is None
    assert scanned_path("javascript:alert(1)") is None


@given(st.text(max_size=60))
def test_any_text_can_be_looked_for(text: str) -> None:
    assert sought(text).words == " ".join(text.split())
    path = scanned_path(text)
    assert path is None or path.startswith("/")
