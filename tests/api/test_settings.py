"""What a factory decides for all its people."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from tests.api.conftest import Api

_DEFAULTS = {
    "audit_keep_days": None, "second_factor_required": False, "language": None, "time_zone": "UTC", "currency": None,
    "row_version": 0, "updated_at": None,
}  # fmt: skip


def test_a_factory_that_decided_nothing_has_the_defaults(api: Api) -> None:
    answer = api.get("/settings")
    assert answer.json() == _DEFAULTS
    assert answer.headers["etag"] == '"0"'
    assert api.get("/settings", if_none_match='"0"').status_code == 304


def test_settings_are_changed_version_by_version_and_told(
    api: Api, stranger: Api, audited: Callable[[], list[Any]]
) -> None:
    wanted = {"audit_keep_days": 365, "second_factor_required": True}
    refused = api.put("/settings", wanted, 0)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    with api.factory.begin() as session:
        session.execute(text("UPDATE users SET totp_confirmed_at = now() WHERE username = 'admin'"))
    first = api.put("/settings", wanted, 0)
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    assert api.get("/settings").json() == first.json()
    assert {name: first.json()[name] for name in wanted} == wanted
    again = api.put("/settings", wanted, 1)
    assert (again.json(), again.headers["etag"]) == (first.json(), '"1"')
    second = api.put("/settings", {}, 1).json()
    assert (second["audit_keep_days"], second["second_factor_required"], second["row_version"]) == (None, False, 2)
    assert [entry["action"] for entry in audited()] == ["settings:changed", "settings:changed"]
    assert (audited()[0]["before"]["audit_keep_days"], audited()[0]["after"]["audit_keep_days"]) == (None, 365)
    assert stranger.get("/settings").json() == _DEFAULTS


def test_a_change_of_another_version_is_refused_and_changes_nothing(api: Api) -> None:
    assert api.put("/settings", {"audit_keep_days": 90}, 1).json()["type"] == "/problems/stale-version"
    assert api.put("/settings", {"audit_keep_days": 90}).json()["type"] == "/problems/version-missing"
    assert api.put("/settings", {"audit_keep_days": 90}, 0).status_code == 200
    assert api.put("/settings", {"audit_keep_days": 91}, 0).json()["type"] == "/problems/stale-version"
    assert api.get("/settings").json()["audit_keep_days"] == 90


def test_nobody_can_keep_the_trail_shorter_than_a_month_and_none_but_administrators_decide(api: Api) -> None:
    for days in (29, 0, -1, 40_000, "x", 30.5):
        assert api.put("/settings", {"audit_keep_days": days}, 0).status_code == 422, days
    for role in ("manager", "developer", "technician", "viewer"):
        assert api.as_(role).get("/settings").status_code == 403
        assert api.as_(role).put("/settings", {}, 0).status_code == 403
