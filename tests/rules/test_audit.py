"""What entries are called and searched by."""

from models.rules.audit import codes, refused_tag, searched


def test_an_entry_is_searched_by_the_codes_and_names_of_its_subject() -> None:
    entry = {
        "before": {"code": "WO-1", "name": "Old", "quantity": "3", "title": 7},
        "after": {"code": "WO-1", "job": "JOB-1", "name": "Straße", "sku": "", "order": None},
    }
    assert codes(entry) == ["job-1", "old", "strasse", "wo-1"]
    assert codes({"before": None, "after": ["code"]}) == []


def test_long_names_are_searched_by_their_beginning() -> None:
    assert codes({"after": {"name": "x" * 500}}) == [searched("x" * 300)] == ["x" * 200]


def test_what_is_refused_is_told_of_its_subject() -> None:
    assert [refused_tag(whole_job=whole) for whole in (True, False)] == ["jobs:refused", "work_orders:refused"]
