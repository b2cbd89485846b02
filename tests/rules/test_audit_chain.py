"""The hash chain: what is hashed, and that a walk names whatever was done to it."""

import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.audit_chain import (
    START,
    Fault,
    Finding,
    Place,
    Walk,
    canonical,
    chained,
    link,
    storable,
    whole_milliseconds,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    PLAIN | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def trail(count: int, after: Place = START) -> list[dict[str, Any]]:
    entries = [
        {"_id": f"e{number}", "action": "parts:created", "timestamp": NOON + timedelta(minutes=number)}
        for number in range(after.seq + 1, after.seq + count + 1)
    ]
    return list(chained(entries, after))


def place(document: dict[str, Any]) -> Place:
    return Place(document["seq"], document["hash"])


def found(documents: list[dict[str, Any]], head: Place | None, start: Place = START) -> list[tuple[Fault, Any, Any]]:
    return [(one.fault, one.first_seq, one.last_seq) for one in walked(documents, head, start)]


def walked(documents: list[dict[str, Any]], head: Place | None, start: Place = START) -> tuple[Finding, ...]:
    walk = Walk(start)
    steps = list(walk.over(sorted(documents, key=lambda one: one["seq"])))
    assert len(steps) <= walk.checked == len(documents)
    return walk.end(head)


def test_an_untouched_trail_is_sound_from_any_of_its_links() -> None:
    documents = trail(9)
    assert [one["seq"] for one in documents] == list(range(1, 10))
    assert found(documents, place(documents[-1])) == []
    assert found(documents[4:], place(documents[-1]), place(documents[3])) == []
    assert found(documents[4:], place(documents[-1]), Place(4, None)) == []
    assert found([], START) == []
    assert found(documents[:5], None) == []


def test_the_canonical_form_is_the_one_that_is_documented() -> None:
    elsewhere = NOON.astimezone(timezone(-timedelta(hours=5)))
    document = {"b": 1, "a": "é/\n", "hash": "x", "previous_hash": "y", "timestamp": elsewhere}
    assert canonical(document) == '{"a":"é/\\n","b":1,"timestamp":"2026-11-20T12:00:00.000+00:00"}'
    # printf '\n{"timestamp":"2026-11-20T12:00:00.000+00:00"}' | sha256sum
    assert link("", {"timestamp": NOON}) == "941f99225534d8232ef4826628af6ca1dc8d9ab8f4bf9bf773f8e6862f0fb531"


def test_a_text_in_a_timestamps_place_is_never_taken_for_one() -> None:
    text = NOON.isoformat(timespec="milliseconds")
    assert canonical({"timestamp": text}) != canonical({"timestamp": NOON})


def test_values_no_entry_is_written_with_show_as_edits_and_stop_nothing() -> None:
    documents = trail(3)
    documents[1]["action"] = {"odd": b"\xff", "set": Decimal(1)}
    assert found(documents, place(documents[-1])) == [(Fault.EDITED, 2, 2)]


@given(JSON)
def test_what_is_storable_holds_only_what_mongodb_gives_back_unchanged(value: Any) -> None:
    def check(kept: Any) -> None:
        assert not isinstance(kept, Decimal | float | tuple)
        if isinstance(kept, int):
            assert -(2**63) <= kept < 2**63
        for inner in kept.values() if isinstance(kept, dict) else kept if isinstance(kept, list) else ():
            check(inner)

    kept = storable(value)
    check(kept)
    assert storable(kept) == kept


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_milliseconds_are_cut_never_rounded_up(moment: datetime) -> None:
    kept = whole_milliseconds(moment)
    assert timedelta() <= moment - kept < timedelta(milliseconds=1)
    assert kept.microsecond % 1000 == 0


def test_an_edited_entry_is_named_with_its_time() -> None:
    documents = trail(9)
    documents[4]["action"] = "parts:deleted"
    (finding,) = walked(documents, place(documents[-1]))
    assert finding == Finding(Fault.EDITED, 5, 5, documents[4]["timestamp"], documents[4]["timestamp"])


def test_an_entry_whose_links_were_taken_off_is_an_edited_one() -> None:
    documents = trail(3)
    del documents[1]["hash"], documents[1]["previous_hash"]
    assert found(documents, place(documents[-1])) == [(Fault.EDITED, 2, 2)]


def test_neighbours_that_were_edited_are_told_as_one() -> None:
    documents = trail(300)
    for document in documents[9:250]:
        document["action"] = "x"
    assert found(documents, place(documents[-1])) == [(Fault.EDITED, 10, 250)]


def test_an_entry_that_was_edited_and_hashed_anew_is_betrayed_by_the_next() -> None:
    documents = trail(9)
    head = place(documents[-1])
    documents[4]["action"] = "parts:deleted"
    documents[4]["hash"] = link(documents[4]["previous_hash"], documents[4])
    assert found(documents, head) == [(Fault.REWRITTEN, 5, 5)]


@pytest.mark.parametrize("first", [0, 4, 8])
def test_a_trail_that_was_hashed_anew_to_its_end_is_betrayed_by_the_database(first: int) -> None:
    documents = trail(9)
    head = place(documents[-1])
    documents[first]["action"] = "parts:deleted"
    bare = [{name: one[name] for name in ("_id", "action", "timestamp")} for one in documents]
    assert found(list(chained(bare, START)), head) == [(Fault.REWRITTEN, 9, 9)]


def test_a_trail_that_does_not_begin_at_its_anchor_was_rewritten() -> None:
    documents = trail(9, Place(20, "another"))
    assert found(documents, place(documents[-1]), Place(20, "the anchor")) == [(Fault.REWRITTEN, 21, 21)]


def test_removed_entries_are_named_between_the_times_around_them() -> None:
    documents = trail(9)
    (finding,) = walked(documents[:3] + documents[6:], place(documents[-1]))
    assert finding == Finding(Fault.REMOVED, 4, 6, documents[2]["timestamp"], documents[6]["timestamp"])
    assert found(documents[2:], place(documents[-1])) == [(Fault.REMOVED, 1, 2)]


def test_a_cut_off_tail_is_named_with_the_time_of_the_last_entry_left() -> None:
    documents = trail(9)
    (finding,) = walked(documents[:6], place(documents[-1]))
    assert finding == Finding(Fault.CUT_OFF, 7, 9, documents[5]["timestamp"], None)
    assert found([], place(documents[-1])) == [(Fault.CUT_OFF, 1, 9)]


def test_two_entries_that_changed_places_are_named_as_such() -> None:
    documents = trail(9)
    documents[2]["seq"], documents[6]["seq"] = 7, 3
    assert found(documents, place(documents[-1])) == [(Fault.REORDERED, 3, 3), (Fault.REORDERED, 7, 7)]


def test_two_entries_that_changed_places_and_left_their_links_are_named_as_such() -> None:
    documents = trail(9)
    links = ("seq", "hash", "previous_hash")
    for name in links:
        documents[2][name], documents[6][name] = documents[6][name], documents[2][name]
    assert found(documents, place(documents[-1])) == [(Fault.REORDERED, 3, 3), (Fault.REORDERED, 7, 7)]


def test_a_forged_entry_beside_or_between_the_others_is_named() -> None:
    documents = trail(9)
    beside = {**documents[4], "_id": "forged"}
    between = {**documents[4], "_id": "forged", "seq": 4.5}
    for forged in (beside, between):
        for order in ([*documents, forged], [forged, *documents]):
            ((fault, first, _),) = found(order, place(documents[-1]))
            assert (fault, first) == (Fault.INSERTED, int(forged["seq"]))


@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_any_one_thing_done_to_a_trail_is_found(count: int, chance: random.Random) -> None:
    documents = trail(count)
    head = place(documents[-1])
    victim = chance.randrange(count)
    deed = chance.choice(["edit", "delete", "swap", "duplicate"])
    if deed == "edit":
        name = chance.choice(["_id", "action", "timestamp", "hash", "previous_hash", "more"])
        documents[victim][name] = "forged"
    elif deed == "delete":
        del documents[victim]
    elif deed == "swap":
        other = chance.choice([number for number in range(count) if number != victim] or [None])
        if other is None:
            return
        documents[victim]["seq"], documents[other]["seq"] = other + 1, victim + 1
    else:
        documents.append({**documents[victim], "_id": "forged"})
    assert found(documents, head)
