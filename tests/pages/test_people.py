"""The administration as a browser gets it: what is shown, what comes back, and what is never shown twice."""

import re
from collections.abc import Callable
from uuid import uuid4

from models.messages.credentials import PinDraft
from models.records.access.own_pin import set_pin
from models.records.access.passwords import hash_password
from models.rules.access import MEANING, ONLY_ADMIN, Role
from tests.api.world import real_ids, staff
from tests.factories import PASSWORD, Factory
from tests.floor import execute, rows, scalar
from tests.pages.coming_in import invited
from tests.pages.conftest import Browser

Opens = Callable[..., Browser]


def _key() -> str:
    return str(uuid4())


def _said(browser: Browser, path: str) -> str:
    return str(browser.get(path).text)


def test_every_permission_is_a_row_of_the_grid_with_its_meaning_and_lock(browser: Opens) -> None:
    page = _said(browser(Role.MANAGER), "/roles")
    shown = re.findall(r"<code>([a-z_]+:[a-z_]+)</code>", page)
    assert shown == [permission.value for permission in sorted(MEANING, key=list(MEANING).index)]
    assert page.count("grid-lock") == len(ONLY_ADMIN)


def test_a_locked_permission_is_refused_even_when_a_form_names_it(browser: Opens) -> None:
    form = {"key": _key(), "name": "boss", "title": "Boss", "permissions": ["users:edit", "orders:read"]}
    answer = browser(Role.ADMIN).post("/roles", form)
    assert answer.status_code == 422
    assert "Administrators alone may hold users:edit" in answer.text
    assert re.search(r'value="orders:read" checked', answer.text)


def test_a_weak_password_is_refused_in_the_language_of_the_page(browser: Opens, tenant: Factory) -> None:
    form = {"username": "nora", "display_name": "Nora", "password": "kurz"}
    answer = browser(None).post(f"/invitations/{invited(tenant)}", form, accept_language="de")
    assert answer.status_code == 422
    assert "mindestens 12 Zeichen" in answer.text
    assert "A password needs" not in answer.text


def test_a_change_based_on_an_older_version_is_told_and_changes_nothing(browser: Opens, tenant: Factory) -> None:
    boss, path = browser(Role.ADMIN), f"/users/{tenant.actor(Role.VIEWER).user_id}"
    form = {"display_name": "Vic", "role": "viewer", "language": "de", "time_zone": "Europe/Berlin"}
    assert boss.post(path, form | {"version": "1"}).status_code == 303
    late = boss.post(path, form | {"version": "1", "display_name": "Victor"})
    assert late.status_code == 422
    assert "was changed since you read it" in late.text
    assert scalar(tenant, "SELECT display_name FROM users WHERE username = 'viewer'") == "Vic"


def test_a_persons_rate_and_role_are_not_lost_by_saving_the_page_as_it_is(browser: Opens, tenant: Factory) -> None:
    boss, path = browser(Role.ADMIN), f"/users/{tenant.actor(Role.VIEWER).user_id}"
    execute(tenant, "UPDATE users SET hourly_rate = 31.5 WHERE username = 'viewer'")
    page = _said(boss, path)
    rate = re.search(r'name="hourly_rate" type="text" value="([^"]*)"', page)
    assert rate is not None
    boss.post(path, {"version": "1", "display_name": "V", "role": "viewer", "hourly_rate": rate[1]})
    rates = "SELECT hourly_rate FROM users WHERE username = 'viewer'"
    assert str(scalar(tenant, rates)) == "31.500000"
    boss.post(path, {"version": "2", "display_name": "V", "role": "viewer", "hourly_rate": "32,25"})
    assert str(scalar(tenant, rates)) == "32.250000"


def test_nobody_is_erased_by_a_button_alone(browser: Opens, tenant: Factory) -> None:
    boss, path = browser(Role.ADMIN), f"/users/{tenant.actor(Role.VIEWER).user_id}/erase"
    boss.post(path, {"key": _key(), "typed": "someone"})
    assert scalar(tenant, "SELECT count(*) FROM users WHERE erased_at IS NOT NULL") == 0
    boss.post(path, {"key": _key(), "typed": "viewer"})
    assert scalar(tenant, "SELECT count(*) FROM users WHERE erased_at IS NOT NULL") == 1


def test_a_key_is_shown_by_the_first_answer_only(browser: Opens) -> None:
    form = {"key": _key(), "name": "ERP", "scopes": "orders:read", "per_minute": "60", "expires_at": "2031-01-01"}
    dev = browser(Role.DEVELOPER)
    assert re.search(r'value="fos_[0-9a-f]{32}_', dev.post("/keys", form).text)
    again = dev.post("/keys", form)
    assert again.status_code == 200
    assert "was shown already" in again.text
    assert "fos_" not in again.text


def test_a_pin_session_is_worth_nothing_in_a_browser_that_is_not_the_station(browser: Opens, tenant: Factory) -> None:
    staff(tenant)
    station = real_ids(tenant, "station_id")["station_id"]
    boss = browser(Role.ADMIN)
    with tenant.begin() as session:
        pin = PinDraft.model_validate({"pin": "4711"}).pin.get_secret_value()
        set_pin(session, tenant.actor(), tenant.actor(Role.TECHNICIAN).user_id, hash_password(pin))
    bound = boss.post(f"/stations/{station}/bind", {"key": _key(), "version": "1"})
    assert bound.status_code == 303
    tablet = browser(None)
    tablet.jar["factoryos-station"] = boss.jar["factoryos-station"]
    assert "Screen at the bench" in _said(tablet, "/station/door")
    assert tablet.post("/station/door", {"username": "technician", "pin": "4711"}).headers["location"] == "/station"
    assert tablet.get("/station").status_code == 200
    assert tablet.get("/me").status_code == 403
    thief = browser(None)
    thief.jar["factoryos"] = tablet.jar["factoryos"]
    assert thief.get("/station").headers["location"].startswith("/login")
    boss.post(f"/stations/{station}/bind", {"key": _key(), "version": "2"})
    assert tablet.get("/station").headers["location"].startswith("/station/door"), "another device is the station now"
    assert "Screen at the bench" not in tablet.get("/login").text


def test_the_log_in_page_offers_the_companys_log_in(browser: Opens, tenant: Factory) -> None:
    staff(tenant)
    page = _said(browser(None), f"/login?tenant={tenant.slug}&next=/orders")
    link = f'href="/api/v1/auth/oidc/company/start?next=/orders&amp;tenant={tenant.slug}"'
    assert link in page
    execute(tenant, "UPDATE identity_providers SET active = false")
    assert "/oidc/" not in _said(browser(None), f"/login?tenant={tenant.slug}")


def test_a_broken_journey_to_a_log_in_server_ends_on_a_page(browser: Opens) -> None:
    answer = browser(None).get("/api/v1/auth/oidc/nowhere/callback?state=x&code=y")
    assert answer.headers["content-type"].startswith("text/html")
    assert "not begun in this browser" in answer.text


def test_who_must_have_a_second_factor_is_led_to_setting_it_up(browser: Opens, tenant: Factory) -> None:
    values = "(:id, true, 1, now())"
    insert = "INSERT INTO tenant_settings (tenant_id, second_factor_required, row_version, updated_at)"
    execute(tenant, f"{insert} VALUES {values}", id=tenant.id)
    maria = browser(Role.MANAGER)
    assert maria.get("/").headers["location"] == "/me/second-factor"
    assert "asks everybody for a second factor" in _said(maria, "/me/second-factor")
    picture = maria.post("/me/second-factor", {"password": PASSWORD})
    assert "<svg" in picture.text
    assert "otpauth://totp/" in picture.text
    assert maria.post("/me/second-factor", {"password": "wrong"}).status_code == 422


def test_the_language_chosen_in_ones_profile_shows_at_once(browser: Opens, tenant: Factory) -> None:
    maria = browser(Role.MANAGER)
    maria.post("/appearance", {"language": "en"})
    form = {"version": "1", "display_name": "Maria", "language": "de", "time_zone": "Europe/Berlin"}
    answer = maria.post("/me", form)
    assert answer.status_code == 303
    maria.jar.pop("language", None)
    assert '<html lang="de"' in _said(maria, "/me")
    assert rows(tenant, "SELECT time_zone FROM users WHERE username = 'manager'")[0].time_zone == "Europe/Berlin"
