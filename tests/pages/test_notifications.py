import json
from collections.abc import Callable
from datetime import UTC, datetime

from models.records import notifications
from models.rules.access import Role
from models.rules.notifications import NotificationKind
from tests.factories import Factory
from tests.floor import execute, lamp_job, rows
from tests.pages.conftest import Browser

Opens = Callable[..., Browser]


def test_the_bell_counts_the_list_tells_and_opening_leads_there(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    with tenant.begin() as session:
        notifications.tell_states(session, datetime.now(UTC))
    (job,) = rows(tenant, "SELECT id, code FROM jobs")
    maria = browser(Role.MANAGER)
    assert "1 unread" in maria.get("/orders").text
    assert f"{job.code} is late" in maria.get("/notifications?unread=true").text
    (told,) = rows(
        tenant, "SELECT n.id FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.username = 'manager'"
    )
    assert maria.post(f"/notifications/{told.id}/open").headers["location"] == f"/jobs/{job.id}"
    assert "unread</span>" not in maria.get("/notifications/bell").text
    assert browser(Role.TECHNICIAN).post(f"/notifications/{told.id}/open").status_code == 404
    assert maria.post("/notifications/read").headers["location"] == "/notifications"


def test_every_kind_has_its_words_and_its_place_in_each_language(browser: Opens, tenant: Factory) -> None:
    boss = tenant.actor(Role.ADMIN).user_id
    for number, kind in enumerate(NotificationKind):
        execute(
            tenant,
            "INSERT INTO notifications (tenant_id, id, user_id, kind, key, data, created_at) "
            "VALUES (:tenant, gen_random_uuid(), :user, :kind, :key, '{\"code\": \"100 %\"}', now())",
            tenant=tenant.id, user=boss, kind=kind.value, key=str(number),
        )  # fmt: skip
    ada = browser(Role.ADMIN)
    for language in ("en", "de"):
        ada.jar["language"] = language
        page = ada.get("/notifications")
        assert page.status_code == 200
        assert page.text.count('class="notice ') == len(NotificationKind)
    for row in rows(tenant, "SELECT id FROM notifications"):
        assert ada.post(f"/notifications/{row.id}/open").status_code == 303


def test_quantities_are_written_as_people_write_them(browser: Opens, tenant: Factory) -> None:
    short = {"code": "NUT", "name": "Nut", "on_hand": "62.000000", "needed": "1063.500000", "uom": "pcs"}
    execute(
        tenant,
        "INSERT INTO notifications (tenant_id, id, user_id, kind, key, data, created_at) "
        "VALUES (:tenant, gen_random_uuid(), :user, 'stock_short', 'short', CAST(:data AS jsonb), now())",
        tenant=tenant.id, user=tenant.actor(Role.ADMIN).user_id, data=json.dumps(short),
    )  # fmt: skip
    ada = browser(Role.ADMIN)
    assert "Nut: 62 of 1,063.5 pcs are there" in ada.get("/notifications").text
    ada.jar["language"] = "de"
    assert "Nut: 62 von 1.063,5 Stück sind da" in ada.get("/notifications").text
