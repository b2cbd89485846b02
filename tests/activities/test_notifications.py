"""Who is told what, once."""

from datetime import UTC, datetime
from typing import Any

from models.messages.access import Actor
from models.messages.notifications import NotificationFilters
from models.records import notifications
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job
from worker.relays import notices, outbox


def _told(factory: Factory, person: Actor) -> list[str]:
    with factory.read() as session:
        found = notifications.notifications(session, person, NotificationFilters())
    return sorted(f"{view.kind.value} {view.data.get('code')}" for view in found.items)


def test_late_work_and_short_stock_are_told_once_to_those_who_can_do_something(tenant: Factory) -> None:
    lamp_job(tenant, "4", stocked=False)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    for _ in range(2):
        notices.tell_all(datetime.now(UTC))
    assert _told(tenant, tenant.actor(Role.MANAGER)) == ["late JOB-000001"]
    assert "stock_short BASE" in _told(tenant, tenant.actor(Role.INVENTORY_MANAGER))
    assert _told(tenant, tenant.actor(Role.TECHNICIAN)) == []


def test_a_new_date_that_passes_again_is_told_again(tenant: Factory) -> None:
    lamp_job(tenant)
    for days in ("3", "2"):
        execute(tenant, "UPDATE jobs SET due_at = now() - CAST(:days AS interval)", days=f"{days} days")
        notices.tell_all(datetime.now(UTC))
    assert _told(tenant, tenant.actor(Role.MANAGER)) == ["late JOB-000001"] * 2


def test_what_was_refused_afterwards_is_told_and_what_somebody_waited_for_is_not(tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.work("cut")
    execute(tenant, "UPDATE commands SET state = 'REFUSED', door = 'signal'")
    with tenant.begin() as session:
        commands = _ids(tenant)
        for door, identity in (("signal", commands[0]), ("update", "01890000-0000-7000-8000-000000000000")):
            entry = _refused(identity, str(tenant.actor(Role.TECHNICIAN).user_id))
            assert notifications.tell_facts(session, [entry, entry]) == (3 if door == "signal" else 0)
            assert notifications.tell_facts(session, [entry]) == 0
    assert _told(tenant, tenant.actor(Role.TECHNICIAN)) == ["refused_late WO-000001"]


def test_the_relay_tells_facts_with_the_transaction_that_carries_them(tenant: Factory) -> None:
    from models.records import audit

    with tenant.begin() as session:
        audit.record(
            session, tenant_id=tenant.id, action="invitations:accepted", module="access",
            actor_id=tenant.actor(Role.VIEWER).user_id, subject_id=tenant.actor(Role.VIEWER).user_id,
            after={"username": "newcomer"},
        )  # fmt: skip
    outbox.relay(tenant.id)
    assert _told(tenant, tenant.actor(Role.ADMIN)) == ["invitation_accepted None"]


def test_nobody_reads_or_marks_what_another_was_told(tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    notices.tell_all(datetime.now(UTC))
    with tenant.begin() as session:
        notifications.mark_all_read(session, tenant.actor(Role.TECHNICIAN))
        assert notifications.unread(session, tenant.actor(Role.MANAGER)).unread == 1
        assert notifications.mark_all_read(session, tenant.actor(Role.MANAGER)).unread == 0


def _ids(factory: Factory) -> list[str]:
    from tests.floor import rows

    return [str(row.id) for row in rows(factory, "SELECT id FROM commands ORDER BY received_at")]


def _refused(identity: str, user: str) -> dict[str, Any]:
    return {
        "id": identity, "action": "work_orders:refused", "subject_id": identity, "user_id": user,
        "after": {"code": "WO-000001", "detail": "It is done already."},
    }  # fmt: skip
