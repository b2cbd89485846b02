"""Guessing takes for ever, and tells nothing: names that wait, addresses that wait, answers that are all alike."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import ROUTERS, create_app
from api.deps import declared_access
from api.limits import credentials_limited, forget_all
from models.records.access.log_in import count_failure, prune
from models.rules.lockout import FREE_TRIES, wait
from models.tables.base import utc_now
from tests.factories import PASSWORD, Factory
from tests.working import environment
from worker.relays.pruning import prune_all

LIMITED = sorted(
    (next(iter(route.methods)), route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and any(one.call is credentials_limited for one in route.dependant.dependencies)
)
WRONG = "not the password"
# Nothing else takes a password, PIN, code, token of somebody or says whether one is right.
CREDENTIAL_ENDPOINTS = {
    "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/register", "/api/v1/auth/invitations/accept",
    "/api/v1/auth/password", "/api/v1/auth/password/forgot", "/api/v1/auth/password/reset", "/api/v1/auth/pin",
    "/api/v1/auth/second-factor", "/api/v1/auth/second-factor/confirm", "/api/v1/auth/second-factor/recovery-codes",
    "/api/v1/auth/oidc/{code}/start", "/api/v1/auth/oidc/{code}/callback",
    "/invitations/{token}", "/login", "/login/code", "/password/forgot", "/password/reset", "/sign-up", "/station/door",
    "/me/password", "/me/pin", "/me/second-factor", "/me/second-factor/confirm", "/me/second-factor/codes",
    "/me/second-factor/remove",
}  # fmt: skip
# What a browser may send without any credential: theme and language.
HARMLESS = {"/appearance"}
# A form leads on to where one begins (303), from elsewhere it is refused (403), a worthless invitation is gone (410).
REFUSED = {303, 401, 403, 404, 410, 422}
POSTED = [each for each in LIMITED if each[0] != "GET" and each[1].startswith("/api/")]  # forms are no JSON


def enter(client: TestClient, tenant: Factory, username: str = "manager", password: str = WRONG) -> Any:
    asked = {"tenant": tenant.slug, "username": username, "password": password}
    return client.post("/api/v1/auth/login", json=asked)


def failures(tenant: Factory, username: str) -> Any:
    with tenant.read() as session:
        return session.execute(text("SELECT * FROM failed_log_ins WHERE username = :name"), {"name": username}).one()


def let_time_pass(tenant: Factory, by: timedelta) -> None:
    with tenant.begin() as session:
        session.execute(
            text("""
            UPDATE failed_log_ins SET locked_until = locked_until - :by, last_failed_at = last_failed_at - :by
        """),
            {"by": by},
        )


def without_seconds(answer: Any) -> tuple[Any, ...]:
    problem = answer.json()
    detail = "".join(letter for letter in problem["detail"] if not letter.isdigit())
    return (
        answer.status_code,
        problem["type"],
        problem["title"],
        detail,
        tuple(sorted(problem)),
        tuple(sorted(answer.headers)),
    )


@pytest.mark.parametrize("name", ["manager", "nobody"])
def test_a_name_waits_after_five_failures_whether_it_exists_or_not(
    client: TestClient, tenant: Factory, name: str
) -> None:
    for _ in range(FREE_TRIES):
        assert enter(client, tenant, name).status_code == 401
    locked = enter(client, tenant, name.upper(), PASSWORD)
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/too-many-tries")
    assert 0 < int(locked.headers["retry-after"]) <= 30
    assert locked.json()["retry_after_seconds"] == int(locked.headers["retry-after"])


def test_each_failure_makes_the_wait_longer_and_a_success_forgets_them(client: TestClient, tenant: Factory) -> None:
    for count in range(1, FREE_TRIES + 3):
        assert enter(client, tenant).status_code == 401
        row = failures(tenant, "manager")
        assert row.failures == count
        if count >= FREE_TRIES:
            assert row.locked_until - row.last_failed_at == wait(count)
        let_time_pass(tenant, wait(count))
    assert enter(client, tenant, password=PASSWORD).status_code == 200
    with tenant.read() as session:
        assert session.execute(text("SELECT count(*) FROM failed_log_ins")).scalar_one() == 0


def test_a_failure_after_a_quiet_day_is_the_first_again(client: TestClient, tenant: Factory) -> None:
    for _ in range(FREE_TRIES):
        enter(client, tenant)
    let_time_pass(tenant, timedelta(hours=25))
    assert enter(client, tenant).status_code == 401
    assert failures(tenant, "manager").failures == 1
    assert enter(client, tenant, password=PASSWORD).status_code == 200


def test_failures_at_the_same_time_are_all_counted(tenant: Factory, at_once: Callable[..., list[Any]]) -> None:
    def fail() -> None:
        with tenant.begin() as session:
            count_failure(session, tenant.id, "manager", "password", None)

    at_once(*[fail] * 8)
    row = failures(tenant, "manager")
    assert row.failures == 8
    assert row.locked_until - row.last_failed_at == wait(8)


def test_one_name_that_waits_holds_up_no_other_and_no_other_factory(
    client: TestClient, tenant: Factory, other_tenant: Factory
) -> None:
    for _ in range(FREE_TRIES):
        enter(client, tenant)
    assert enter(client, tenant, "developer", PASSWORD).status_code == 200
    assert enter(client, other_tenant, "manager", PASSWORD).status_code == 200


def test_no_answer_tells_whether_a_name_exists(client: TestClient, tenant: Factory) -> None:
    with tenant.begin() as session:
        session.execute(text("UPDATE users SET active = false WHERE username = 'viewer'"))
        session.execute(text("UPDATE users SET password_hash = NULL WHERE username = 'customer'"))
        session.execute(text("UPDATE users SET kind = 'service' WHERE username = 'developer'"))
    names = ("manager", "nobody", "viewer", "customer", "developer")
    for _ in range(FREE_TRIES + 1):  # the last round is that of the wait
        answers = [enter(client, tenant, name) for name in names]
        assert len({without_seconds(answer) for answer in answers}) == 1
    assert answers[0].status_code == 429


def test_failures_of_last_week_are_forgotten_by_the_hourly_pruning(tenant: Factory) -> None:
    with tenant.begin() as session:
        count_failure(session, tenant.id, "old", "password", None)
        session.execute(
            text("UPDATE failed_log_ins SET last_failed_at = :then"), {"then": utc_now() - timedelta(days=8)}
        )
        count_failure(session, tenant.id, "new", "password", None)
        prune(session)
        assert session.execute(text("SELECT username FROM failed_log_ins")).scalars().all() == ["new"]


def test_the_hourly_pruning_runs_over_every_factory(tenant: Factory) -> None:
    with tenant.begin() as session:
        count_failure(session, tenant.id, "old", "password", None)
        session.execute(
            text("UPDATE failed_log_ins SET last_failed_at = :then"), {"then": utc_now() - timedelta(days=8)}
        )
    prune_all()
    with tenant.read() as session:
        assert session.execute(text("SELECT count(*) FROM failed_log_ins")).scalar_one() == 0


@pytest.fixture
def two_a_minute() -> Iterator[None]:
    with environment(FACTORYOS_CREDENTIAL_LIMIT="2/minute"):
        forget_all()
        yield
    forget_all()


def test_every_endpoint_that_takes_a_credential_is_limited() -> None:
    assert {path for _, path in LIMITED} == CREDENTIAL_ENDPOINTS
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and declared_access(route) == {"PUBLIC"} and "POST" in route.methods:
                assert route.path in CREDENTIAL_ENDPOINTS | HARMLESS


@pytest.mark.usefixtures("two_a_minute")
@pytest.mark.parametrize(("method", "path"), LIMITED)
def test_an_address_tries_only_so_often_at_any_door(client: TestClient, method: str, path: str) -> None:
    for _ in range(2):
        assert client.request(method, path, json={}, follow_redirects=False).status_code in REFUSED
    refused = client.request(method, path, json={})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 60


@pytest.mark.usefixtures("two_a_minute")
def test_all_doors_count_together_and_each_address_for_itself(client: TestClient, tenant: Factory) -> None:
    client.post("/api/v1/auth/password/forgot", json={"tenant": tenant.slug, "username": "x"})
    client.post("/api/v1/auth/pin", json={})
    assert enter(client, tenant, password=PASSWORD).status_code == 429
    with TestClient(create_app(), base_url="http://factory.test", client=("192.0.2.9", 1)) as neighbour:
        assert enter(neighbour, tenant, password=PASSWORD).status_code == 200


BROKEN = b"\\ud800"


@pytest.mark.parametrize(("method", "path"), POSTED)
def test_broken_unicode_in_a_secret_is_refused_in_words(
    client: TestClient, tenant: Factory, method: str, path: str
) -> None:
    fields = ("password", "old_password", "new_password", "code", "pin", "second_factor", "token", "refresh_token",
              "username", "tenant", "email", "slug", "factory", "display_name")  # fmt: skip
    body = b"{" + b",".join(b'"%s":"%s%s"' % (name.encode(), BROKEN, b"x" * 12) for name in fields) + b"}"
    headers = tenant.headers() | {"content-type": "application/json"}
    answer = client.request(method, path, content=body, headers=headers)
    assert answer.status_code == 422, answer.text


def test_a_password_of_broken_unicode_is_refused_in_words(client: TestClient, tenant: Factory) -> None:
    for name in ("password", "second_factor"):
        asked = {"tenant": tenant.slug, "username": "manager", "password": "x" * 12} | {name: "BROKEN!!"}
        body = json.dumps(asked).encode().replace(b"BROKEN", BROKEN)
        answer = client.post("/api/v1/auth/login", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, answer.text
