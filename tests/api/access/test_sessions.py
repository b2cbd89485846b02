"""Sessions: opened, renewed, ended here and everywhere, by token and by cookie."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.factories import PASSWORD, Factory

LOCAL = {"origin": "http://factory.test"}


def _enter(client: TestClient, tenant: Factory, **more: Any) -> Any:
    asked = {"tenant": tenant.slug, "username": "manager", "password": PASSWORD, **more}
    return client.post("/api/v1/auth/login", json=asked)


def _refresh(client: TestClient, token: str) -> Any:
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def _opens(client: TestClient, token: str) -> bool:
    return client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def _bearer(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _later(tenant: Factory, by: timedelta) -> None:
    with tenant.begin() as session:
        session.execute(text("UPDATE sessions SET rotated_at = rotated_at - :by"), {"by": by})


def test_a_refresh_token_gives_the_next_pair_and_works_once(client: TestClient, tenant: Factory) -> None:
    first = _enter(client, tenant).json()
    second = _refresh(client, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert _opens(client, second["access_token"])
    _later(tenant, timedelta(minutes=1))
    again = _refresh(client, first["refresh_token"])
    assert (again.status_code, again.json()["type"]) == (401, "/problems/not-signed-in")
    assert not _opens(client, second["access_token"]), "a token that came back ends the session for both"
    assert _refresh(client, second["refresh_token"]).status_code == 401


def test_a_victims_token_ends_the_session_however_often_the_thief_refreshed(
    client: TestClient, tenant: Factory
) -> None:
    victims = _enter(client, tenant).json()["refresh_token"]
    thiefs = [_refresh(client, victims).json()]
    for _ in range(2):
        thiefs.append(_refresh(client, thiefs[-1]["refresh_token"]).json())
    again = _refresh(client, victims)
    assert again.status_code == 401
    assert "used before" in again.json()["detail"]
    assert not _opens(client, thiefs[-1]["access_token"])
    assert _refresh(client, thiefs[-1]["refresh_token"]).status_code == 401


def test_a_replaced_token_is_forgiven_once_and_its_lost_successor_never(client: TestClient, tenant: Factory) -> None:
    for back in (0, 1):
        tokens = [_enter(client, tenant).json()["refresh_token"]]
        tokens.append(_refresh(client, tokens[0]).json()["refresh_token"])
        forgiven = _refresh(client, tokens[0])
        assert forgiven.status_code == 200
        assert _refresh(client, tokens[back]).status_code == 401
        assert not _opens(client, forgiven.json()["access_token"])


def test_an_answer_that_got_lost_does_not_log_out(client: TestClient, tenant: Factory) -> None:
    first = _enter(client, tenant).json()
    _refresh(client, first["refresh_token"])
    assert _refresh(client, first["refresh_token"]).status_code == 200


def test_made_up_refresh_tokens_are_refused_and_end_nothing(client: TestClient, tenant: Factory) -> None:
    first = _enter(client, tenant).json()
    identity = first["refresh_token"].partition(".")[0]
    other = _enter(client, tenant).json()["refresh_token"].partition(".")[2]
    for token in (
        "x" * 30,
        f"{identity}.{'x' * 43}",
        f"{identity}.{other}",
        f"{identity}.{'x' * 43}.{'0' * 64}",
        f"{'0' * 32}.{'x' * 43}",
        identity + ".",
        f".{'x' * 43}",
    ):
        assert _refresh(client, token.ljust(20, "x")).status_code == 401
    assert _opens(client, first["access_token"])


def test_who_logs_out_is_out_at_once_and_elsewhere_still_in(client: TestClient, tenant: Factory) -> None:
    here, there = _enter(client, tenant), _enter(client, tenant)
    assert client.post("/api/v1/auth/logout", headers=_bearer(here)).status_code == 204
    assert not _opens(client, here.json()["access_token"])
    assert _refresh(client, here.json()["refresh_token"]).status_code == 401
    assert _opens(client, there.json()["access_token"])


def test_logging_out_everywhere_ends_every_session_at_once(client: TestClient, tenant: Factory) -> None:
    entered = [_enter(client, tenant) for _ in range(3)]
    answer = client.post("/api/v1/auth/logout-everywhere", headers=_bearer(entered[0]))
    assert answer.json() == {"sessions": 3}
    assert not any(_opens(client, each.json()["access_token"]) for each in entered)


def test_a_lost_device_can_be_logged_out_from_another(client: TestClient, tenant: Factory) -> None:
    here, lost = _enter(client, tenant), _enter(client, tenant)
    listed = client.get("/api/v1/auth/sessions", headers=_bearer(here)).json()["items"]
    assert [each["current"] for each in listed].count(True) == 1
    other = next(each["id"] for each in listed if not each["current"])
    assert client.delete(f"/api/v1/auth/sessions/{other}", headers=_bearer(here)).status_code == 204
    assert not _opens(client, lost.json()["access_token"])
    assert client.delete(f"/api/v1/auth/sessions/{other}", headers=_bearer(here)).status_code == 404


def test_nobody_ends_somebody_elses_session(client: TestClient, tenant: Factory) -> None:
    mine = _enter(client, tenant)
    theirs = client.get("/api/v1/auth/sessions", headers=tenant.headers("admin")).json()["items"][0]["id"]
    assert client.delete(f"/api/v1/auth/sessions/{theirs}", headers=_bearer(mine)).status_code == 404


def test_a_browser_gets_a_cookie_that_no_script_reads_and_no_token(client: TestClient, tenant: Factory) -> None:
    answer = _enter(client, tenant, cookie=True)
    assert (answer.json()["access_token"], answer.json()["refresh_token"]) == (None, None)
    set_cookie = answer.headers["set-cookie"]
    assert set_cookie.startswith("factoryos=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in set_cookie.split(";")}
    assert client.get("/api/v1/auth/me").json()["username"] == "manager"
    client.cookies.clear()


def test_over_tls_the_cookie_is_bound_to_this_very_host(client: TestClient, tenant: Factory) -> None:
    asked = {"tenant": tenant.slug, "username": "manager", "password": PASSWORD, "cookie": True}
    answer = client.post("https://factory.test/api/v1/auth/login", json=asked)
    assert answer.headers["set-cookie"].startswith("__Host-factoryos=")
    assert "secure" in answer.headers["set-cookie"].lower()
    client.cookies.clear()


def test_a_page_elsewhere_cannot_act_with_the_cookie(client: TestClient, tenant: Factory) -> None:
    _enter(client, tenant, cookie=True)
    try:
        body = {"code": "X", "name": "x"}
        for headers in (
            {}, {"origin": "http://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site", **LOCAL}, {"sec-fetch-site": "none"}, {"origin": "http://factory.test.evil"},
        ):  # fmt: skip
            refused = client.post("/api/v1/suppliers", json=body, headers={"idempotency-key": "k", **headers})
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/cross-site"), headers
        for number, headers in enumerate((LOCAL, {"sec-fetch-site": "same-origin"})):
            made = client.post(
                "/api/v1/suppliers", json={"code": f"X{number}", "name": "x"},
                headers={"idempotency-key": f"k{number}", **headers},
            )  # fmt: skip
            assert made.status_code == 201, made.text
    finally:
        client.cookies.clear()
