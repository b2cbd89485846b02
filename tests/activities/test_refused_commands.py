"""What was refused is in the audit trail, once, with the fate it tells of."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.commands import Wish, queue
from models.messages.commands import (
    AssignWorkOrder,
    CompleteWorkOrder,
    HoldWorkOrder,
    ReleaseWorkOrder,
    ReportWorkOrder,
    StartWorkOrder,
)
from models.messages.origin import Origin, origin
from models.records import commands as inbox
from models.records import outbox
from models.rules.access import Role
from models.rules.commands import RefusalKind
from tests.factories import Factory
from tests.floor import Hands, execute, lamp_job, rows


def told(factory: Factory) -> list[dict[str, Any]]:
    """Entries of refused commands, in order."""
    return [row.data for row in rows(factory, "SELECT data FROM outbox WHERE data->>'refused' = 'true' ORDER BY id")]


def test_what_the_brain_refuses_is_told(job: Hands) -> None:
    command = job.command(StartWorkOrder(), "pack", by=Role.TECHNICIAN)
    job.deliver(command)
    (entry,) = told(job.factory)
    row = job.work_order("pack")
    assert (entry["action"], entry["module"], entry["refused"]) == ("work_orders:refused", "work_orders", True)
    assert entry["id"] == entry["command_id"] == str(command.id)
    assert entry["subject_id"] == str(row.id)
    assert entry["user_id"] == str(job.factory.actor(Role.TECHNICIAN).user_id)
    after = entry["after"]
    assert (after["action"], after["refusal"], after["code"]) == ("start", "wrong-state", row.code)
    assert after["job"].startswith("JOB-")
    assert after["detail"]


def test_what_the_database_refuses_is_told(tenant: Factory) -> None:
    job = lamp_job(tenant, stocked=False)
    job.do(AssignWorkOrder(user_id=tenant.actor(Role.ADMIN).user_id), "cut")
    job.refused(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    job.do(StartWorkOrder(), "cut")
    job.refused(CompleteWorkOrder(), "cut")
    too_much = {"part": "WIRE", "quantity": "999999999999.999999", "uom": "km"}
    job.refused(ReportWorkOrder(good=Decimal(1), parts_used=(too_much,)), "cut")
    kinds = [entry["after"]["refusal"] for entry in told(tenant)]
    assert kinds == ["not-yours", "stock-short", "cannot-be-stored"]
    short = told(tenant)[1]["after"]["shortages"]
    assert [one["sku"] for one in short] == ["WIRE"]
    assert told(tenant)[2]["after"]["request"]["parts_used"][0]["part"] == "WIRE"


def test_what_is_refused_of_a_whole_job_is_told_of_the_job(job: Hands) -> None:
    job.refused(ReleaseWorkOrder())
    (entry,) = told(job.factory)
    assert (entry["action"], entry["module"], entry["subject_id"]) == ("jobs:refused", "jobs", str(job.job_id))
    assert (entry["after"]["refusal"], entry["after"]["code"]) == ("not-on-hold", None)


def test_a_refusal_that_is_delivered_again_is_told_once(job: Hands) -> None:
    command = job.command(StartWorkOrder(), "pack")
    for _ in range(3):
        job.deliver(command)
    assert len(told(job.factory)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_what_comes_to_nothing_before_any_workflow_sees_it_is_told_once(job: Hands, *, known: bool) -> None:
    here = Origin(address="10.0.0.5", key_id=uuid4())
    token = origin.set(here)
    actor = job.factory.actor(Role.TECHNICIAN)
    row = job.work_order("cut")
    identity = queue(actor, [Wish(str(uuid4()), StartWorkOrder(), row.id)])[0].command_id
    origin.reset(token)
    command = job.command(StartWorkOrder(), "cut", actor=actor, id=identity if known else uuid4())
    with job.factory.begin() as session:
        for _ in range(2):
            inbox.refuse(session, command, RefusalKind.WRONG_STATE, "Too late.")
    entries = told(job.factory)
    assert len(entries) == known
    for entry in entries:
        assert entry["origin"] == here.model_dump(mode="json", exclude_none=True)
        assert (entry["subject_id"], entry["after"]["code"]) == (str(row.id), row.code)
        assert (entry["after"]["refusal"], entry["after"]["detail"]) == ("wrong-state", "Too late.")


def test_screens_are_told_what_happened_and_not_what_was_refused_or_who_came_in(job: Hands) -> None:
    job.do(StartWorkOrder(), "cut")
    job.refused(StartWorkOrder(), "cut")
    execute(
        job.factory,
        """INSERT INTO outbox (tenant_id, key, topic, data, created_at) SELECT tenant_id, 'audit:x', topic,
        data || '{"module": "access", "action": "access:logged_in"}', now() FROM outbox ORDER BY id LIMIT 1""",
    )
    job.do(HoldWorkOrder(reason="crack"), "cut")
    with job.factory.read() as session:
        events = [event.action for event in outbox.after(session, 0)]
    assert events[-2:] == ["work_orders:started", "work_orders:held"]
