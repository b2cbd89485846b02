import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text

from api.tokens import AUDIENCE, session_of
from deploy.bench.statements import counted
from models.connections.settings import settings
from models.rules.access import MATRIX, Role
from tests.api.conftest import Api
from tests.factories import PASSWORD, Factory


def _log_in(client: TestClient, **credentials: Any) -> Any:
    return client.post("/api/v1/auth/login", json=credentials)


def _claims(factory: Factory, **changes: Any) -> dict[str, Any]:
    actor, session_id = factory.actor(), session_of(factory.token())
    later = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    claims = {
        "sub": str(actor.user_id), "sid": str(session_id), "aud": AUDIENCE, "exp": later, "iat": later - 3600,
    }  # fmt: skip
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _secret() -> str:
    return settings().factoryos_secret_key.get_secret_value()


def _signed(claims: dict[str, Any], secret: str, algorithm: str = "HS256") -> str:
    return jwt.encode({"alg": algorithm}, claims, OctKey.import_key(secret), algorithms=[algorithm])


def _me(client: TestClient, token: str) -> Any:
    return client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def test_a_name_and_password_give_a_token_that_opens_the_door(client: TestClient, tenant: Factory) -> None:
    answer = _log_in(client, tenant=tenant.slug, username="manager", password=PASSWORD)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    me = _me(client, answer.json()["access_token"]).json()
    assert (me["username"], me["role"]) == ("manager", "manager")
    assert set(me["permissions"]) == {permission.value for permission in MATRIX[Role.MANAGER]}


def test_a_wrong_name_and_a_wrong_password_look_the_same(client: TestClient, tenant: Factory) -> None:
    wrong = [
        _log_in(client, tenant=tenant.slug, username="manager", password="wrong"),
        _log_in(client, tenant=tenant.slug, username="nobody", password=PASSWORD),
        _log_in(client, tenant="no-such-factory", username="manager", password=PASSWORD),
    ]
    assert {answer.status_code for answer in wrong} == {401}
    assert len({answer.json()["detail"] for answer in wrong}) == 1


def test_an_inactive_person_does_not_get_in(client: TestClient, tenant: Factory) -> None:
    with tenant.begin() as session:
        session.execute(text("UPDATE users SET active = false WHERE username = 'manager'"))
    assert _log_in(client, tenant=tenant.slug, username="manager", password=PASSWORD).status_code == 401


def test_a_password_is_never_repeated_in_an_answer(client: TestClient, tenant: Factory) -> None:
    refused = _log_in(client, tenant=tenant.slug, username=7, password="hunter2" * 100)
    assert refused.status_code == 422
    assert "hunter2" not in refused.text


def test_without_a_token_nothing_opens(client: TestClient) -> None:
    answer = client.get("/api/v1/parts")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"aud": "somebody"},
        {"aud": None},
        {"sid": "x"},
        {"sid": None},
        {"sid": str(uuid4())},
        {"sid": 7},
    ],
)
def test_a_token_of_ours_that_says_the_wrong_thing_is_refused(
    client: TestClient, tenant: Factory, changes: dict[str, Any]
) -> None:
    assert _me(client, _signed(_claims(tenant), _secret())).status_code == 200
    assert _me(client, _signed(_claims(tenant, **changes), _secret())).status_code == 401


def test_a_forged_token_is_refused(client: TestClient, tenant: Factory) -> None:
    claims = _claims(tenant)
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    unsigned = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()
    good = _signed(claims, _secret())
    head, body, mark = good.split(".")
    forged = (
        f"{unsigned}.", unsigned, f"{unsigned}.{mark}", f"{head}.{body}.", f"{head}.{body}",
        f"{head}.{body}.{mark[::-1]}",
        _signed(claims, "another secret of more than thirty-two characters"), _signed(claims, _secret(), "HS512"),
        "", "x", "a.b.c", "....", "é", good[:-2],
    )  # fmt: skip
    for token in forged:
        headers = {"Authorization": f"Bearer {token}".encode()}
        assert client.get("/api/v1/auth/me", headers=headers).status_code == 401, token


def test_a_role_reads_and_changes_only_what_its_matrix_says(api: Api) -> None:
    for role in Role:
        person = api.as_(role)
        expected = {True: 200, False: 403}
        held = {permission.value for permission in MATRIX[role]}
        assert person.get("/products").status_code == expected["products:read" in held], role
        assert person.get("/parts").status_code == expected["catalog:read" in held], role
        assert person.get("/templates").status_code == expected["templates:read" in held], role
        assert person.get("/stock/balances").status_code == expected["stock:read" in held], role
        assert person.get("/audit").status_code == expected["audit:read" in held], role
        refused = person.post("/suppliers", {"code": f"S-{role}", "name": "x"})
        assert refused.status_code == (201 if "catalog:edit" in held else 403), role


def test_asking_who_is_there_takes_one_statement(client: TestClient, tenant: Factory) -> None:
    token = tenant.token()
    with counted() as seen:
        assert _me(client, token).status_code == 200
    assert len(seen) == 1


def test_what_a_person_may_do_changes_with_their_next_request(client: TestClient, tenant: Factory) -> None:
    token = tenant.token(Role.MANAGER)
    with tenant.begin() as session:
        session.execute(text("UPDATE users SET role = 'viewer' WHERE username = 'manager'"))
    assert _me(client, token).json()["permissions"] == ["figures:read"]
    with tenant.begin() as session:
        session.execute(text("UPDATE users SET active = false WHERE username = 'manager'"))
    assert _me(client, token).status_code == 401
