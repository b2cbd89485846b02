from models.rules.notifications import HEARS, NotificationKind, notice_of, roles_hearing


def test_every_kind_is_heard_by_somebody() -> None:
    assert set(HEARS) == set(NotificationKind)
    assert [kind for kind in NotificationKind if not roles_hearing(kind)] == []


def test_most_facts_are_told_to_nobody() -> None:
    assert notice_of({"action": "orders:placed", "id": "1", "subject_id": "2"}) is None


def test_a_late_refusal_is_told_to_whoever_tapped_and_others_do_not_hear_of_what_they_did() -> None:
    refused = notice_of(
        {"action": "work_orders:refused", "id": "1", "subject_id": "2", "user_id": "tom", "after": None}
    )
    assert refused is not None
    assert (refused.person, refused.by, refused.key) == ("tom", None, "refused:1")
    joined = notice_of({"action": "invitations:accepted", "id": "1", "subject_id": "2", "user_id": "ann",
                        "after": {"role": "viewer", "expires_at": "never"}})  # fmt: skip
    assert joined is not None
    assert (joined.person, joined.by, joined.data["role"]) == (None, "ann", "viewer")
    assert "expires_at" not in joined.data
