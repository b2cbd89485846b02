"""The station's door and pages as HTML: who comes in where, and what blocks work."""

from collections.abc import Callable
from typing import Any

import pytest

from models.messages.commands import StartWorkOrder
from models.messages.stations import StationDraft
from models.records.access import own_pin, stations
from models.records.access.passwords import hash_password
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job, scalar
from tests.pages.conftest import Browser

Opens = Callable[..., Browser]
PIN = "4826"


@pytest.fixture
def token(tenant: Factory) -> str:
    boss = tenant.actor(Role.ADMIN)
    with tenant.begin() as session:
        own_pin.set_pin(session, boss, tenant.actor(Role.TECHNICIAN).user_id, hash_password(PIN))
        return str(stations.create_station(session, boss, StationDraft(code="MECH-1", name="Bench")).token)


def _at_station(browser: Opens, token: str) -> Browser:
    person = browser(None)
    person.jar["factoryos-station"] = token
    return person


def _step_up(person: Browser, pin: str = PIN, **headers: str) -> Any:
    return person.post("/station/door", {"username": "technician", "pin": pin}, **headers)


def test_all_work_centres_are_a_choice_as_well(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    technician = browser(Role.TECHNICIAN)
    assert 'href="/station?center="' in technician.get("/station?center=PACK").text
    for address, work in (("/station?center=", 1), ("/station?center=ASSY", 1), ("/station?center=PACK", 0)):
        page = technician.get(address)
        assert (page.status_code, page.text.count("data-work-card")) == (200, work), address


def test_a_shared_station_begins_with_its_own_work_centre(browser: Opens, tenant: Factory, token: str) -> None:
    lamp_job(tenant)
    person = _at_station(browser, token)
    _step_up(person)
    assert person.get("/station").text.count("data-work-card") == 1
    execute(tenant, "UPDATE stations SET work_center_id = (SELECT id FROM work_centers WHERE code = 'PACK')")
    assert person.get("/station").text.count("data-work-card") == 0
    assert person.get("/station?center=").text.count("data-work-card") == 1


def test_what_somebody_has_begun_is_theirs_to_end_at_every_work_centre(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    page = browser(Role.TECHNICIAN).get("/station?center=PACK").text
    assert f'data-work-card="{hands.work_order("cut").id}"' in page


def test_a_pin_opens_the_station_and_only_there(browser: Opens, token: str) -> None:
    person = _at_station(browser, token)
    assert person.get("/station").headers["location"] == "/station/door?next=%2Fstation"
    assert "The technician" in person.get("/station/door").text
    assert _step_up(person).headers["location"] == "/station"
    assert "The technician" in person.get("/station").text
    del person.jar["factoryos-station"]
    assert person.get("/station").status_code == 303


def test_a_wrong_pin_is_told_as_a_page_and_as_json(browser: Opens, token: str) -> None:
    person = _at_station(browser, token)
    assert "The PIN is wrong." in _step_up(person, "1111").text
    answer = _step_up(person, "1111", accept="application/json")
    assert (answer.status_code, answer.json()) == (401, {"detail": "The PIN is wrong."})
    assert "factoryos" not in person.jar


def test_a_door_that_is_no_station_leads_to_the_log_in(browser: Opens, token: str, other_tenant: Factory) -> None:
    assert browser(None).get("/station/door").headers["location"] == "/login"
    for made_up in ("x", token[:-1], f"{other_tenant.id.hex}.{token.partition('.')[2]}"):
        person = _at_station(browser, made_up)
        assert person.get("/station/door").headers["location"] == "/login"
        assert _step_up(person).headers["location"] == "/login"


def test_binding_a_device_logs_its_administrator_out_and_ends_the_device_before(browser: Opens, token: str) -> None:
    before, admin = _at_station(browser, token), browser(Role.ADMIN)
    made = admin.get("/station/setup")
    station = made.text.partition('name="station_id" value="')[2].partition('"')[0]
    answer = admin.post("/station/setup", {"station_id": station, "version": "1"})
    assert answer.headers["location"] == "/station/door"
    assert admin.get("/station/setup").status_code == 303
    assert "The technician" in admin.get("/station/door").text
    assert before.get("/station/door").headers["location"] == "/login"
    stale = browser(Role.ADMIN)
    assert stale.post("/station/setup", {"station_id": station, "version": "1"}).headers["location"] == "/station/setup"


def test_a_new_station_is_added_and_bound_at_once_and_released_again(browser: Opens, tenant: Factory) -> None:
    admin = browser(Role.ADMIN)
    assert admin.post("/station/setup", {"code": "PACK-1", "name": "Packing"}).headers["location"] == "/station/door"
    assert "Packing" in admin.get("/station/door").text
    assert scalar(tenant, "SELECT name FROM stations") == "Packing"
    again = browser(Role.ADMIN)
    assert again.post("/station/setup", {"code": "PACK-1", "name": "Twice"}).headers["location"] == "/station/setup"
    assert again.post("/station/release").headers["location"] == "/station/setup"


def test_blocked_work_says_why_and_who(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    me = tenant.actor(Role.TECHNICIAN).user_id
    execute(tenant, "UPDATE work_orders SET assignee_id = :me WHERE step_key IN ('cut', 'mount')", me=me)
    page = browser(Role.TECHNICIAN).get("/station").text
    assert "Blocked" in page
    assert "Cut wire" in page.partition("Waits for")[2].partition("The technician")[0]
    assert "Waits for" in browser(Role.TECHNICIAN).get(f"/station/{hands.work_order('mount').id}").text


def test_work_of_a_job_on_hold_is_not_offered_and_says_why(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    cut = scalar(tenant, "SELECT id FROM work_orders WHERE step_key = 'cut'")
    tom, maria = browser(Role.TECHNICIAN), browser(Role.MANAGER)
    assert "Ready for anybody" in tom.get("/station").text
    execute(tenant, "UPDATE jobs SET held = true, hold_reason = 'Wrong drawing'")
    assert "Ready for anybody" not in tom.get("/station").text
    told = tom.get(f"/station/{cut}").text
    assert "On hold: Wrong drawing. A manager releases it." in told
    assert 'id="dock" data-state="READY" data-held="yes"' in told
    assert "Wrong drawing" in maria.get(f"/work-orders/{cut}").text
    assert str(cut) in maria.get("/work-orders?held=true").text
    assert str(cut) not in maria.get("/work-orders?held=false").text
    execute(tenant, "UPDATE work_orders SET assignee_id = :tom", tom=tenant.actor(Role.TECHNICIAN).user_id)
    assert "On hold: Wrong drawing" in tom.get("/station").text
    execute(tenant, "UPDATE work_orders SET state = 'COMPLETED', ended_at = now() WHERE id = :cut", cut=cut)
    assert str(cut) not in maria.get("/work-orders?held=true").text


def test_a_printed_code_leads_to_its_work(browser: Opens, tenant: Factory) -> None:
    order = lamp_job(tenant).work_order("cut")
    assert browser(Role.TECHNICIAN).get(f"/scan/{order.code}").headers["location"] == f"/station/{order.id}"
    assert browser(Role.DEVELOPER).get(f"/scan/{order.code}").headers["location"] == f"/work-orders/{order.id}"
    assert browser(Role.TECHNICIAN).get("/scan/NOTHING-9").status_code == 404
