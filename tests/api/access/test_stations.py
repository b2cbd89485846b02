"""Stations on the floor, and people who log in there by PIN, one after the other."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.connections.secrets import digest
from models.rules.access import Role
from tests.api.conftest import Api
from tests.factories import PASSWORD

PIN, OTHER_PIN = "2580", "73910"


class Screen:
    """A station's device: it keeps the token and sends it along."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    def enter(self, username: str, pin: str) -> Any:
        return self.client.post(
            "/api/v1/auth/pin", json={"username": username, "pin": pin}, headers={"X-Station-Token": self.token}
        )

    def me(self, access_token: str, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {access_token}", "X-Station-Token": self.token, **headers}
        return self.client.get("/api/v1/auth/me", headers=sent)


@pytest.fixture
def station(api: Api) -> Any:
    return api.made("/stations", {"code": "MECH-1", "name": "At the bench"})


@pytest.fixture
def screen(api: Api, station: Any) -> Screen:
    """A station at which technician and manager have a PIN."""
    assert api.as_("technician").put("/auth/pin", {"pin": PIN, "password": PASSWORD}).status_code == 204
    assert api.as_("manager").put("/auth/pin", {"pin": OTHER_PIN, "password": PASSWORD}).status_code == 204
    return Screen(api.client, station["token"])


def test_a_pin_opens_a_session_for_one_shift_bound_to_its_station(api: Api, screen: Screen) -> None:
    answer = screen.enter("Technician", PIN)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    entered = answer.json()
    assert entered["refresh_token"] is None
    assert entered["expires_at"][:16] == entered["refresh_expires_at"][:16]
    assert screen.me(entered["access_token"]).json()["role"] == "technician"
    for token in ("", "x", screen.token[:-1]):
        assert screen.me(entered["access_token"], **{"X-Station-Token": token}).status_code == 401
    other = api.made("/stations", {"code": "MECH-2", "name": "Another"})["token"]
    assert screen.me(entered["access_token"], **{"X-Station-Token": other}).status_code == 401
    (here,) = [each for each in api.as_("technician").get("/auth/sessions").json()["items"] if each["station"]]
    assert (here["kind"], here["station"]) == ("station", "MECH-1")


def test_the_next_person_ends_the_session_of_the_one_before(screen: Screen) -> None:
    first = screen.enter("technician", PIN).json()["access_token"]
    second = screen.enter("manager", OTHER_PIN).json()["access_token"]
    assert screen.me(first).status_code == 401
    assert screen.me(second).json()["username"] == "manager"


def test_two_who_step_up_at_once_leave_one_logged_in(
    api: Api, screen: Screen, at_once: Callable[..., list[Any]]
) -> None:
    at_once(lambda: screen.enter("technician", PIN), lambda: screen.enter("manager", OTHER_PIN))
    with api.factory.read() as session:
        living = "SELECT count(*) FROM sessions WHERE kind = 'station' AND ended_at IS NULL"
        assert session.execute(text(living)).scalar_one() == 1


def test_a_wrong_pin_ends_nobodys_session(screen: Screen) -> None:
    first = screen.enter("technician", PIN).json()["access_token"]
    assert screen.enter("manager", PIN).status_code == 401
    assert screen.me(first).status_code == 200


def test_unknown_people_and_people_without_pin_look_like_a_wrong_pin(screen: Screen) -> None:
    answers = [screen.enter("technician", "1111"), screen.enter("nobody", PIN), screen.enter("viewer", PIN)]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["detail"] for answer in answers} == {"The user name or the PIN is wrong."}


@pytest.mark.parametrize("name", ["technician", "nobody"])
def test_after_five_wrong_pins_a_name_waits_whether_it_exists_or_not(screen: Screen, name: str) -> None:
    for _ in range(5):
        assert screen.enter(name, "1111").status_code == 401
    locked = screen.enter(name, PIN)
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/too-many-tries")
    assert int(locked.headers["retry-after"]) > 0


def test_a_name_that_waits_for_its_pin_may_still_log_in_with_its_password(api: Api, screen: Screen) -> None:
    for _ in range(5):
        screen.enter("technician", "1111")
    credentials = {"tenant": api.factory.slug, "username": "technician", "password": PASSWORD}
    assert api.client.post("/api/v1/auth/login", json=credentials).status_code == 200


def test_without_a_stations_token_no_pin_is_looked_at(api: Api, stranger: Api, screen: Screen) -> None:
    tenant_hex, _, rest = screen.token.partition(".")
    assert tenant_hex == api.factory.id.hex
    forged = ("", "x", "a.b.c", f"{stranger.factory.id.hex}.{rest}", screen.token[:-1] + "_", "é")
    for token in forged:
        answer = Screen(api.client, token.encode()).enter("technician", PIN)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/station-unknown"), token


def test_a_renewed_token_ends_the_old_one_and_who_came_by_it(api: Api, station: Any, screen: Screen) -> None:
    entered = screen.enter("technician", PIN).json()["access_token"]
    renewed = api.call("POST", f"/stations/{station['id']}/rotate-token", if_match='"1"')
    assert renewed.status_code == 200, renewed.text
    assert screen.me(entered).status_code == 401
    assert screen.enter("technician", PIN).status_code == 401
    fresh = Screen(api.client, renewed.json()["token"])
    assert fresh.me(entered).status_code == 401
    assert fresh.enter("technician", PIN).status_code == 200
    assert api.call("POST", f"/stations/{station['id']}/rotate-token", if_match='"1"').status_code == 412


def test_a_closed_station_lets_nobody_in_and_everybody_out(api: Api, station: Any, screen: Screen) -> None:
    entered = screen.enter("technician", PIN).json()["access_token"]
    assert api.delete(f"/stations/{station['id']}", 1).json()["active"] is False
    assert screen.me(entered).status_code == 401
    assert screen.enter("technician", PIN).status_code == 401


def test_a_session_at_a_station_ends_with_the_shift(api: Api, screen: Screen) -> None:
    entered = screen.enter("technician", PIN).json()["access_token"]
    with api.factory.begin() as session:
        session.execute(text("UPDATE sessions SET expires_at = now() WHERE kind = 'station'"))
    assert screen.me(entered).status_code == 401


def test_the_token_is_shown_once_and_stored_as_a_digest(api: Api) -> None:
    draft = {"code": "MECH-9", "name": "x"}
    first = api.post("/stations", draft, idempotency_key="k").json()
    again = api.post("/stations", draft, idempotency_key="k")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first | {"token": None}
    assert "token" not in api.get(f"/stations/{first['id']}").json()
    with api.factory.read() as session:
        assert session.execute(text("SELECT token_hash FROM stations")).scalar_one() == digest(first["token"])
        kept = session.execute(text("SELECT string_agg(body, ' ') FROM idempotency_keys")).scalar_one()
    assert first["token"] not in kept


def test_a_station_is_listed_read_and_changed_like_everything_else(api: Api, stranger: Api, station: Any) -> None:
    api.made("/work-centers", {"code": "MECH", "name": "Mechanics"})
    path = f"/stations/{station['id']}"
    changed = {"code": "MECH-1", "name": "New name", "work_center": "MECH"}
    assert api.put(path, changed).status_code == 428
    assert api.put(path, {**changed, "work_center": "NOWHERE"}, 1).json()["errors"][0]["pointer"] == "/work_center"
    assert api.put(path, {**changed, "code": "OTHER"}, 1).status_code == 409
    assert api.put(path, changed, 1).json()["work_center"] == "MECH"
    assert api.put(path, changed, 1).status_code == 412
    (listed,) = api.get("/stations?q=new").json()["items"]
    assert (listed["row_version"], listed["work_center"]) == (2, "MECH")
    assert api.get("/stations?active=false").json()["items"] == []
    assert api.post("/stations", {"code": "MECH-1", "name": "x"}).status_code == 409
    assert api.get(path).headers["etag"] == '"2"'
    assert stranger.get(path).status_code == 404
    assert stranger.put(path, changed, 2).status_code == 404
    assert stranger.get("/stations").json()["items"] == []


def test_only_administrators_set_up_stations(api: Api, station: Any) -> None:
    for role in set(Role) - {Role.ADMIN}:
        person = api.as_(role)
        assert person.get("/stations").status_code == 403
        assert person.post("/stations", {"code": "X", "name": "x"}).status_code == 403
        assert person.call("POST", f"/stations/{station['id']}/rotate-token", if_match='"1"').status_code == 403


@pytest.mark.parametrize("pin", ["1234", "0000", "123", "123456789", "abcd", "1212", "²²²²"])
def test_a_pin_that_is_no_pin_or_tried_first_is_refused(api: Api, pin: str) -> None:
    refused = api.put("/auth/pin", {"pin": pin, "password": PASSWORD})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/weak-secret")


def test_a_pin_is_not_changed_at_a_station(screen: Screen) -> None:
    entered = screen.enter("technician", PIN).json()["access_token"]
    headers = {"Authorization": f"Bearer {entered}", "X-Station-Token": screen.token}
    asked = {"pin": OTHER_PIN, "password": PASSWORD}
    refused = screen.client.put("/api/v1/auth/pin", json=asked, headers=headers)
    assert refused.status_code == 403
    assert screen.enter("technician", PIN).status_code == 200


def test_who_found_somebody_logged_in_does_not_set_their_pin(api: Api, screen: Screen) -> None:
    refused = api.as_("technician").put("/auth/pin", {"pin": OTHER_PIN, "password": "guess"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/password-wrong")
    assert screen.enter("technician", PIN).status_code == 200


def test_administrators_set_and_clear_the_pins_of_others(api: Api, stranger: Api, station: Any) -> None:
    screen, path = Screen(api.client, station["token"]), f"/users/{api.factory.actor('viewer').user_id}/pin"
    assert api.put(path, {"pin": PIN}).status_code == 204
    assert screen.enter("viewer", PIN).status_code == 200
    assert api.delete(path).status_code == 204
    assert screen.enter("viewer", PIN).status_code == 401
    assert stranger.put(path, {"pin": PIN}).status_code == 404
    for role in set(Role) - {Role.ADMIN}:
        assert api.as_(role).put(path, {"pin": PIN}).status_code == 403
        assert api.as_(role).delete(path).status_code == 403


def test_a_new_pin_forgets_failures_of_the_old(api: Api, screen: Screen) -> None:
    for _ in range(5):
        screen.enter("technician", "1111")
    path = f"/users/{api.factory.actor('technician').user_id}/pin"
    assert api.put(path, {"pin": OTHER_PIN}).status_code == 204
    assert screen.enter("technician", OTHER_PIN).status_code == 200


def test_a_required_second_factor_is_not_asked_for_at_a_station(api: Api, screen: Screen) -> None:
    with api.factory.begin() as session:
        insert = "INSERT INTO tenant_settings (tenant_id, second_factor_required, row_version, updated_at)"
        session.execute(text(f"{insert} VALUES (:tenant, true, 1, now())"), {"tenant": api.factory.id})
    user = screen.enter("technician", PIN).json()["user"]
    assert user["permissions"]
    assert user["second_factor_setup_needed"] is False


def test_the_trail_tells_where_somebody_logged_in(
    screen: Screen, station: Any, audited: Callable[[], list[Any]]
) -> None:
    entered = screen.enter("technician", PIN).json()["access_token"]
    headers = {"Authorization": f"Bearer {entered}", "X-Station-Token": screen.token}
    screen.client.post("/api/v1/auth/logout", headers=headers)
    entries = audited()
    assert [entry for entry in entries if (entry["after"] or {}).get("kind") == "station"]
    (out,) = [entry for entry in entries if entry["action"] == "access:logged_out"]
    assert out["origin"]["station_id"] == station["id"]
    assert not any(secret in str(entries) for secret in (screen.token, digest(screen.token)))
