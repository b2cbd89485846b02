"""A factory signs up: many where it is a service, the first alone where it is an installation."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from models.rules.tenants import RESERVED
from tests.api.conftest import Api
from tests.letterbox import Letterbox

PASSWORD = "three lathes and a lamp"


def sign_up(client: TestClient, **changes: Any) -> Any:
    asked = {
        "factory": "Acme Machines", "slug": f"acme-{uuid4().hex[:8]}", "username": "Ada", "display_name": "Ada",
        "email": "ada@example.com", "password": PASSWORD,
    }  # fmt: skip
    return client.post("/api/v1/auth/register", json=asked | changes)


@pytest.mark.usefixtures("saas")
def test_a_factory_that_signs_up_has_its_administrator_and_an_address_of_its_own(
    client: TestClient, letterbox: Letterbox
) -> None:
    to, slug = letterbox.address(), f"acme-{uuid4().hex[:8]}"
    answer = sign_up(client, slug=slug, email=to)
    assert answer.status_code == 201, answer.text
    signed_up = answer.json()
    assert signed_up["address"] == f"https://{slug}.mes.example.com"
    headers = {"Authorization": f"Bearer {signed_up['access_token']}"}
    me = client.get("/api/v1/auth/me", headers=headers).json()
    assert (me["role"], me["username"]) == ("admin", "ada")
    assert client.get("/api/v1/parts", headers=headers).json()["items"] == []
    assert slug in letterbox.text(to)
    credentials = {"username": "ada", "password": PASSWORD}
    by_name = client.post("/api/v1/auth/login", json={**credentials, "tenant": slug})
    by_address = client.post(f"http://{slug}.mes.example.com/api/v1/auth/login", json=credentials)
    elsewhere = client.post("http://other.mes.example.com/api/v1/auth/login", json=credentials)
    nowhere = client.post("/api/v1/auth/login", json=credentials)
    assert [each.status_code for each in (by_name, by_address, elsewhere, nowhere)] == [200, 200, 401, 401]


@pytest.mark.usefixtures("saas")
def test_a_short_name_belongs_to_one_factory(client: TestClient, at_once: Callable[..., list[Any]]) -> None:
    slug = f"acme-{uuid4().hex[:8]}"
    answers = at_once(*[lambda: sign_up(client, slug=slug)] * 3)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    again = sign_up(client, slug=slug)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


@pytest.mark.usefixtures("saas")
@pytest.mark.parametrize("slug", ["Acme", "a", "-acme", "acme-", "a.b", "a_b", "a" * 41, "ä", *sorted(RESERVED)[:3]])
def test_a_short_name_that_cannot_be_one_is_refused(client: TestClient, slug: str) -> None:
    refused = sign_up(client, slug=slug)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/slug")


@pytest.mark.usefixtures("saas")
@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaaa"])
def test_a_weak_password_makes_no_factory(client: TestClient, password: str) -> None:
    slug = f"acme-{uuid4().hex[:8]}"
    refused = sign_up(client, slug=slug, password=password)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/weak-secret")
    assert sign_up(client, slug=slug).status_code == 201


def test_an_installation_that_has_people_takes_no_other_factory(api: Api) -> None:
    refused = sign_up(api.client)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/sign-up-closed")
    assert "invitation" in refused.json()["detail"]


@pytest.mark.usefixtures("empty_installation")
def test_the_first_person_of_an_installation_signs_up_and_nobody_after(
    client: TestClient, at_once: Callable[..., list[Any]]
) -> None:
    answers = at_once(*[lambda: sign_up(client)] * 4)
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]
    logged_in = client.post("/api/v1/auth/login", json={"username": "ada", "password": PASSWORD})
    assert logged_in.status_code == 200
    assert sign_up(client).status_code == 403
