"""API keys: what they open, what they never open, and how they end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.tokens import issue
from models.rules.access import Permission, Role
from tests.api.conftest import Api
from tests.floor import hands_of, place, publish_lamp, receive, rows, scalar, scale
from tests.working import environment


def key_of(api: Api, *scopes: str, **more: Any) -> Any:
    return api.made("/keys", {"name": "Export", "scopes": scopes, **more})


def use(api: Api, key: str, path: str = "/parts", method: str = "GET", json: Any = None, **headers: str) -> Any:
    named = {"Authorization": f"Bearer {key}", **headers}
    return api.client.request(method, f"/api/v1{path}", headers=named, json=json)


def test_a_key_opens_what_its_scopes_name_and_nothing_else(api: Api) -> None:
    made = key_of(api, "catalog:read", "catalog:read")
    assert made["scopes"] == ["catalog:read"]
    assert made["key"].startswith(f"{made['prefix']}_")
    assert use(api, made["key"]).status_code == 200
    refused = use(api, made["key"], "/stock/balances")
    assert (refused.status_code, refused.json()["permission"]) == (403, "stock:read")
    assert "API key" in refused.json()["detail"]
    me = use(api, made["key"], "/auth/me").json()
    assert (me["username"], me["permissions"]) == ("admin", ["catalog:read"])


def test_a_key_never_holds_more_than_its_person_does_today(api: Api) -> None:
    developer = api.as_(Role.DEVELOPER)
    refused = developer.post("/keys", {"name": "x", "scopes": ["catalog:read", "users:edit"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scopes")
    key = key_of(developer, "catalog:read", "audit:read")["key"]
    assert use(api, key).status_code == 200
    with api.factory.begin() as session:
        session.execute(text("UPDATE users SET role = 'viewer' WHERE username = 'developer'"))
    assert use(api, key).status_code == 403


def test_a_key_cannot_make_a_wider_key_nor_renew_one(api: Api) -> None:
    wide = key_of(api, "keys:edit", "orders:read")
    narrow = key_of(api, "keys:edit")["key"]
    idempotency = {"Idempotency-Key": str(uuid4())}
    wanted = {"name": "x", "scopes": ["orders:read"]}
    assert use(api, narrow, "/keys", "POST", wanted, **idempotency).status_code == 422
    assert use(api, narrow, f"/keys/{wide['id']}/rotate", "POST", **idempotency).status_code == 422
    assert use(api, wide["key"], "/orders").status_code == 200


def test_only_who_may_edit_keys_makes_them_and_only_administrators_make_machines(api: Api) -> None:
    wanted = {"name": "x", "scopes": ["catalog:read"]}
    assert api.as_(Role.MANAGER).post("/keys", wanted).status_code == 403
    machine = wanted | {"service_account": {"username": "press-7", "name": "Press 7", "role": "technician"}}
    refused = api.as_(Role.DEVELOPER).post("/keys", machine)
    assert (refused.status_code, refused.json()["permission"]) == (403, "users:edit")


def test_a_machine_acts_under_its_own_name_and_cannot_log_in_by_password(api: Api) -> None:
    account = {"username": "Press-7", "name": "Press 7", "role": "technician"}
    made = key_of(api, "work_orders:read", service_account=account)
    assert (made["username"], made["kind"]) == ("press-7", "service")
    me = use(api, made["key"], "/auth/me").json()
    assert (me["username"], me["role"], me["id"]) == ("press-7", "technician", made["user_id"])
    log_in = {"tenant": api.factory.slug, "username": "press-7", "password": "x"}
    assert api.client.post("/api/v1/auth/login", json=log_in).status_code == 401
    again = api.post("/keys", {"name": "x", "scopes": ["work_orders:read"], "service_account": account})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


@pytest.mark.parametrize(
    ("role", "scope", "pointer"),
    [("technician", "orders:create", "/scopes"), ("no_such_role", "catalog:read", "/service_account/role")],
)
def test_a_machine_gets_a_role_that_exists_and_no_scope_beyond_it(
    api: Api, role: str, scope: str, pointer: str
) -> None:
    account = {"username": "press-7", "name": "Press 7", "role": role}
    refused = api.post("/keys", {"name": "x", "scopes": [scope], "service_account": account})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert scalar(api.factory, "SELECT count(*) FROM users WHERE kind = 'service'") == 0


def test_a_key_ends_at_its_time(api: Api) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = key_of(api, "catalog:read", expires_at=later)
    assert use(api, made["key"]).status_code == 200
    with api.factory.begin() as session:
        session.execute(text("UPDATE api_keys SET expires_at = now()"))
    assert use(api, made["key"]).status_code == 401
    assert api.post(f"/keys/{made['id']}/rotate").status_code == 409
    gone = api.post("/keys", {"name": "x", "scopes": ["catalog:read"], "expires_at": "2020-01-01T00:00:00Z"})
    assert (gone.status_code, gone.json()["errors"][0]["pointer"]) == (422, "/expires_at")


def test_a_revoked_key_stops_at_once_and_for_ever(api: Api) -> None:
    made = key_of(api, "catalog:read")
    first = api.delete(f"/keys/{made['id']}")
    assert first.status_code == 200
    assert use(api, made["key"]).status_code == 401
    assert api.delete(f"/keys/{made['id']}").json() == first.json()
    assert api.post(f"/keys/{made['id']}/rotate").status_code == 409


def test_a_renewed_key_has_another_secret_and_the_old_one_is_dead(api: Api) -> None:
    made = key_of(api, "catalog:read")
    fresh = api.made(f"/keys/{made['id']}/rotate")
    assert fresh["id"] == made["id"]
    assert fresh["key"] != made["key"]
    assert use(api, made["key"]).status_code == 401
    assert use(api, fresh["key"]).status_code == 200


def test_the_keys_of_a_deactivated_person_open_nothing(api: Api) -> None:
    key = key_of(api.as_(Role.DEVELOPER), "catalog:read")["key"]
    with api.factory.begin() as session:
        session.execute(text("UPDATE users SET active = false WHERE username = 'developer'"))
    assert use(api, key).status_code == 401


def test_a_changed_key_opens_nothing(api: Api) -> None:
    made = key_of(api, "catalog:read")
    prefix, secret = made["prefix"], made["key"].removeprefix(made["prefix"] + "_")
    other = key_of(api, "catalog:read")
    tampered = (
        f"{prefix}_", prefix, f"{prefix}_{secret[:-1]}", f"{prefix}_{secret}x", f"{prefix}_{secret.swapcase()}",
        f"{other['prefix']}_{secret}", f"fos_{uuid4().hex}_{secret}", "fos_", "fos_x_y", f"fos__{secret}",
        f"fos_{uuid4().hex}", f"{prefix}_é",
    )  # fmt: skip
    for key in tampered:
        answer = api.client.get("/api/v1/parts", headers={"Authorization": f"Bearer {key}".encode()})
        assert answer.status_code == 401, key


def test_a_key_is_no_cookie_no_token_and_no_session_a_key(api: Api) -> None:
    made = key_of(api, "catalog:read")
    identity, secret = made["prefix"].removeprefix("fos_"), made["key"].removeprefix(made["prefix"] + "_")
    cookie = {"Cookie": f"factoryos={identity}.{secret}"}
    assert api.client.get("/api/v1/parts", headers=cookie).status_code == 401
    token, _ = issue(made["id"], made["user_id"])
    assert use(api, token).status_code == 401
    assert use(api, f"{identity}.{secret}").status_code == 401
    refresh = {"refresh_token": f"{identity}.{secret}"}
    assert api.client.post("/api/v1/auth/refresh", json=refresh).status_code == 401
    credentials = {"tenant": api.factory.slug, "username": "admin", "password": "a password for tests only"}
    browser = api.client.post("/api/v1/auth/login", json=credentials | {"cookie": True})
    session_id, _, session_secret = browser.cookies["factoryos"].partition(".")
    api.client.cookies.clear()
    assert use(api, f"fos_{session_id}_{session_secret}").status_code == 401
    program = api.client.post("/api/v1/auth/login", json=credentials).json()["refresh_token"]
    assert use(api, f"fos_{program.replace('.', '_', 1)}").status_code == 401


def test_a_key_may_ask_only_so_often(api: Api) -> None:
    key = key_of(api, "catalog:read", per_minute=2)["key"]
    other = key_of(api, "catalog:read", per_minute=2)["key"]
    assert [use(api, key).status_code for _ in range(3)] == [200, 200, 429]
    refused = use(api, key)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert use(api, other).status_code == 200


def test_a_secret_is_shown_once_and_stored_nowhere(api: Api) -> None:
    wanted = {"name": "Export", "scopes": ["catalog:read"]}
    first = api.post("/keys", wanted, idempotency_key="once")
    made = first.json()
    again = api.post("/keys", wanted, idempotency_key="once")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == made | {"key": None}
    renewed = api.made(f"/keys/{made['id']}/rotate")
    secrets = [one["key"].removeprefix(made["prefix"] + "_") for one in (made, renewed)]
    listed = api.get("/keys").text
    kept = [listed] + [
        str(row)
        for table in ("api_keys", "idempotency_keys", "outbox")
        for row in rows(api.factory, f"SELECT * FROM {table}")  # noqa: S608
    ]
    assert not [text for text in kept for secret in secrets if secret in text]
    assert "secret" not in listed


def test_a_list_tells_of_use_and_end_and_only_administrators_see_all(api: Api) -> None:
    developer = api.as_(Role.DEVELOPER)
    made, own = key_of(api, "catalog:read"), key_of(developer, "catalog:read")
    assert api.get("/keys").json()["items"][0]["last_used_at"] is None
    use(api, own["key"])
    listed = api.get("/keys?sort=created_at").json()["items"]
    assert [item["id"] for item in listed] == [made["id"], own["id"]]
    assert listed[1]["last_used_at"] is not None
    assert [item["id"] for item in developer.get("/keys").json()["items"]] == [own["id"]]
    assert developer.delete(f"/keys/{made['id']}").status_code == 404
    assert developer.post(f"/keys/{made['id']}/rotate").status_code == 404
    assert api.post(f"/keys/{own['id']}/rotate").status_code == 409, "nobody takes another person's key"
    assert api.delete(f"/keys/{own['id']}").status_code == 200
    assert [item["id"] for item in api.get("/keys?revoked=true").json()["items"]] == [own["id"]]


def test_another_factory_has_no_such_key(api: Api, stranger: Api) -> None:
    made = key_of(api, "catalog:read")
    assert stranger.delete(f"/keys/{made['id']}").status_code == 404
    assert stranger.post(f"/keys/{made['id']}/rotate").status_code == 404
    assert stranger.get("/keys").json()["items"] == []


def test_the_trail_names_the_key_in_what_is_done_to_it_and_with_it(api: Api, audited: Any) -> None:
    made = key_of(api, "catalog:edit")
    supplier = {"code": "S", "name": "S"}
    assert use(api, made["key"], "/suppliers", "POST", supplier, **{"Idempotency-Key": "1"}).status_code == 201
    use(api, made["key"], "/stock/balances")
    entries = {entry["action"]: entry for entry in audited()}
    assert entries["keys:created"]["subject_id"] == made["id"]
    assert entries["keys:created"]["after"]["key"] == made["prefix"]
    assert entries["suppliers:created"]["origin"]["key_id"] == made["id"]
    assert entries["access:refused"]["origin"]["key_id"] == made["id"]


def test_a_command_sent_with_a_key_remembers_the_key(api: Api) -> None:
    publish_lamp(api.factory)
    receive(api.factory, WIRE="10")
    order_id = place(api.factory)
    scale(api.factory, order_id)
    hands = hands_of(api.factory, order_id)
    made = key_of(api, "work_orders:work", "work_orders:control")
    path = f"/work-orders/{hands.work_order('cut').id}/hold"
    with environment(FACTORYOS_UPDATE_SECONDS="0.1"):
        answer = use(api, made["key"], path, "POST", {"reason": "wait"}, **{"Idempotency-Key": "1"})
    assert answer.status_code in {200, 202}, answer.text
    (command,) = rows(api.factory, "SELECT origin FROM commands")
    assert command.origin["key_id"] == made["id"]
    assert "session_id" not in command.origin


def test_every_scope_is_a_permission_and_at_least_one_is_needed(api: Api) -> None:
    for scopes in ([], ["*"], ["catalog:*"], ["CATALOG:READ"], [None], "catalog:read"):
        assert api.post("/keys", {"name": "x", "scopes": scopes}).status_code == 422, scopes
    assert len(key_of(api, *Permission)["scopes"]) == len(Permission)
