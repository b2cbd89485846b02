"""What only its owner does, logged in: no key and no shared screen changes credentials or sessions."""

from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import MATRIX, Role
from tests.api.conftest import Api
from tests.factories import PASSWORD

PIN = "2580"
IN_PERSON = [
    ("PUT", "/auth/pin", {"pin": "73910", "password": PASSWORD}),
    ("PUT", "/auth/password", {"old_password": PASSWORD, "new_password": "another lamp on the bench"}),
    ("POST", "/auth/second-factor", {"password": PASSWORD}),
    ("POST", "/auth/second-factor/confirm", {"code": "123456"}),
    ("POST", "/auth/second-factor/recovery-codes", {"password": PASSWORD, "code": "123456"}),
    ("DELETE", "/auth/second-factor", {"password": PASSWORD, "code": "123456"}),
    ("POST", "/auth/logout-everywhere", None),
    ("GET", "/auth/sessions", None),
    ("DELETE", f"/auth/sessions/{uuid4()}", None),
    ("PUT", "/users/{me}/pin", {"pin": "73910"}),
    ("DELETE", "/users/{me}/pin", None),
    ("DELETE", "/users/{me}/second-factor", None),
]


@pytest.fixture
def key(api: Api) -> dict[str, str]:
    """What a program sends with an API key that holds all its person does."""
    made = api.made("/keys", {"name": "Everything", "scopes": sorted(MATRIX[Role.ADMIN])})
    return {"Authorization": f"Bearer {made['key']}"}


@pytest.fixture
def at_station(api: Api) -> dict[str, str]:
    """What the screen sends at which the administrator has logged in by PIN."""
    station = api.made("/stations", {"code": "MECH-1", "name": "At the bench"})["token"]
    assert api.put("/auth/pin", {"pin": PIN, "password": PASSWORD}).status_code == 204
    sent = {"X-Station-Token": station}
    entered = api.client.post("/api/v1/auth/pin", json={"username": "admin", "pin": PIN}, headers=sent)
    return {"Authorization": f"Bearer {entered.json()['access_token']}", **sent}


def refused(api: Api, sent: dict[str, str]) -> dict[str, Any]:
    """Return how each of the acts was answered that was not refused for want of a person."""
    answers = {}
    for method, path, body in IN_PERSON:
        answer = api.call(method, path.format(me=api.factory.actor().user_id), body, **sent)
        if answer.status_code != 403 or "Log in yourself" not in answer.json()["detail"]:
            answers[f"{method} {path}"] = answer.text
    return answers


def test_no_key_changes_credentials_or_sessions_of_its_person(api: Api, key: dict[str, str]) -> None:
    assert api.get("/auth/me", **key).status_code == 200
    assert refused(api, key) == {}
    assert api.get("/auth/sessions").json()["items"], "nobody was logged out"


def test_no_shared_screen_changes_credentials_or_sessions(api: Api, at_station: dict[str, str]) -> None:
    assert refused(api, at_station) == {}
    assert api.post("/auth/logout", **at_station).status_code == 204
    assert api.get("/auth/me", **at_station).status_code == 401


def test_a_key_is_revoked_and_not_logged_out(api: Api, key: dict[str, str]) -> None:
    answer = api.post("/auth/logout", **key)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
    assert "revoke" in answer.json()["detail"]
    assert api.get("/auth/me", **key).status_code == 200
