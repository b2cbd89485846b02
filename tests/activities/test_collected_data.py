"""What a step asks to be recorded, and what lets good pieces pass."""

from decimal import Decimal
from uuid import uuid4

import pytest

from models.messages.commands import CompleteWorkOrder, ReportWorkOrder, StartWorkOrder
from models.records.files import store_file
from models.rules.commands import RefusalKind
from tests.factories import Factory
from tests.floor import Hands, rows


@pytest.fixture
def checking(job: Hands) -> Hands:
    """A job whose check is being made."""
    for key in ("cut", "mount", "polish"):
        job.work(key)
    job.do(StartWorkOrder(), "check")
    return job


def upload(factory: Factory) -> str:
    with factory.begin() as session:
        return str(store_file(session, factory.actor(), "lamp.png", "image/png", b"\x89PNG").id)


def entry(key: str, value: object) -> dict[str, object]:
    return {"key": key, "value": value}


def recorded(job: Hands) -> dict[str, object]:
    return {row.key: row.value for row in rows(job.factory, "SELECT key, value FROM collected_data")}


def test_good_pieces_pass_only_with_every_check_made(checking: Hands) -> None:
    refused = checking.refused(CompleteWorkOrder(), "check")
    assert refused.refusal.kind is RefusalKind.DATA_MISSING
    assert "It lights up" in refused.refusal.detail


def test_a_failed_check_stops_good_pieces_and_is_recorded_with_rejected_ones(checking: Hands) -> None:
    dark = (entry("lit", value=False),)
    refused = checking.refused(CompleteWorkOrder(data=dark), "check")
    assert refused.refusal.kind is RefusalKind.DATA_OUT_OF_LIMITS
    checking.do(CompleteWorkOrder(good=Decimal(0), rejected=Decimal(4), reason="dark", data=dark), "check")
    assert recorded(checking)["lit"] is False
    reasons = rows(checking.factory, "SELECT kind, quantity, reason FROM rejections")
    assert [tuple(row) for row in reasons] == [("rejected", 4, "dark")]


def test_a_value_outside_its_limits_is_named_with_its_unit(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    refused = job.refused(CompleteWorkOrder(data=(entry("torque", Decimal("2.01")),)), "mount")
    assert refused.refusal.kind is RefusalKind.DATA_OUT_OF_LIMITS
    assert "Torque: 2.01 Nm is above 2 Nm" in refused.refusal.detail
    job.do(CompleteWorkOrder(data=(entry("torque", Decimal(2)),)), "mount")
    assert recorded(job) == {"torque": "2"}


def test_what_a_report_recorded_need_not_be_given_again(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    job.do(ReportWorkOrder(good=Decimal(1), data=(entry("torque", Decimal("1.2")),)), "mount")
    job.do(CompleteWorkOrder(), "mount")
    assert recorded(job) == {"torque": "1.2"}


def test_a_report_of_good_pieces_may_not_carry_a_value_that_speaks_against_them(job: Hands) -> None:
    job.work("cut")
    job.do(StartWorkOrder(), "mount")
    loose = (entry("torque", Decimal("0.1")),)
    refused = job.refused(ReportWorkOrder(good=Decimal(1), data=loose), "mount")
    assert refused.refusal.kind is RefusalKind.DATA_OUT_OF_LIMITS
    assert recorded(job) == {}
    job.do(ReportWorkOrder(good=Decimal(0), rejected=Decimal(1), reason="loose", data=loose), "mount")
    assert recorded(job) == {"torque": "0.1"}
    job.do(ReportWorkOrder(good=Decimal(1)), "mount")


def test_a_value_of_another_kind_or_field_is_refused(checking: Hands) -> None:
    for wrong, kind in (
        (entry("lit", "yes"), RefusalKind.DATA_MISSING),
        (entry("colour", "red"), RefusalKind.DATA_MISSING),
        (entry("height", Decimal(3)), RefusalKind.UNKNOWN_FIELD),
        (entry("photo", "lamp.png"), RefusalKind.DATA_MISSING),
    ):
        refused = checking.refused(CompleteWorkOrder(data=(entry("lit", value=True), wrong)), "check")
        assert refused.refusal.kind is kind, wrong


def test_a_file_must_have_been_uploaded_to_this_factory(checking: Hands, other_tenant: Factory) -> None:
    for file in (str(uuid4()), upload(other_tenant)):
        refused = checking.refused(CompleteWorkOrder(data=(entry("lit", value=True), entry("photo", file))), "check")
        assert refused.refusal.kind is RefusalKind.UNKNOWN_FILE
    photo = upload(checking.factory)
    checking.do(CompleteWorkOrder(data=(entry("lit", value=True), entry("photo", photo))), "check")
    assert recorded(checking)["photo"] == photo
