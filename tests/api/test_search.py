from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from models.messages.orders import PlaceOrder
from models.messages.search import SearchRequest
from models.records import orders
from models.records.search import search
from models.rules.access import Role
from tests.api.conftest import Api
from tests.factories import Factory
from tests.floor import lamp_job, rows


def _found(client: TestClient, factory: Factory, role: Role, q: str) -> list[dict[str, Any]]:
    answer = Api(client, factory, role).get(f"/search?q={q}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_a_code_in_any_case_a_bare_number_and_a_part_of_a_name_find_what_is_meant(
    client: TestClient, tenant: Factory
) -> None:
    lamp_job(tenant)
    (job,) = rows(tenant, "SELECT code FROM jobs")
    first = _found(client, tenant, Role.MANAGER, job.code.lower())[0]
    assert (first["kind"], first["code"], first["exact"]) == ("job", job.code, True)
    number = str(int(job.code.rpartition("-")[2]))
    kinds = {one["kind"] for one in _found(client, tenant, Role.MANAGER, number) if one["exact"]}
    assert {"order", "job", "work_order"} <= kinds
    kinds = {one["kind"] for one in _found(client, tenant, Role.MANAGER, "desk%20LAMP")}
    assert {"order", "product", "template"} <= kinds
    assert {one["kind"] for one in _found(client, tenant, Role.MANAGER, "technici")} == {"person"}


def test_each_role_finds_only_what_its_pages_would_show(client: TestClient, tenant: Factory) -> None:
    lamp_job(tenant)
    (order,) = rows(tenant, "SELECT code FROM orders")
    assert _found(client, tenant, Role.VIEWER, order.code) == []
    assert _found(client, tenant, Role.CUSTOMER, order.code) == []  # somebody else's order
    assert _found(client, tenant, Role.TECHNICIAN, order.code) == []
    assert {one["kind"] for one in _found(client, tenant, Role.TECHNICIAN, "lamp")} <= {"product", "part", "template"}
    assert _found(client, tenant, Role.OUTSOURCED_TECHNICIAN, "WO-") == []
    assert {one["kind"] for one in _found(client, tenant, Role.TECHNICIAN, "WO-")} == {"work_order"}


def test_a_customer_finds_the_order_they_placed(client: TestClient, tenant: Factory) -> None:
    lamp_job(tenant)
    (product,) = rows(tenant, "SELECT sku FROM products LIMIT 1")
    customer = tenant.actor(Role.CUSTOMER)
    with tenant.begin() as session:
        wanted = PlaceOrder.model_validate({"product": product.sku, "quantity": "1", "due_at": "2027-01-01T00:00:00Z"})
        placed = orders.place(session, customer, wanted)
    found = _found(client, tenant, Role.CUSTOMER, "ORD-")
    assert [one["code"] for one in found] == [placed.code]


def test_signs_that_mean_something_to_a_database_mean_themselves(client: TestClient, tenant: Factory) -> None:
    lamp_job(tenant)
    for words in ("%25%25", "__", "%5C%5C", "';--", "%F0%9F%94%A7%F0%9F%94%A7"):
        assert _found(client, tenant, Role.ADMIN, words) == []


def test_another_factory_finds_nothing_of_ours(client: TestClient, tenant: Factory, other_tenant: Factory) -> None:
    lamp_job(tenant)
    assert _found(client, other_tenant, Role.ADMIN, "lamp") == []
    assert _found(client, other_tenant, Role.ADMIN, "WO-000001") == []


@pytest.mark.parametrize("role", Role)
def test_one_statement_serves_every_role(tenant: Factory, role: Role) -> None:
    with tenant.read() as session:
        assert search(session, tenant.actor(role), SearchRequest(q=str(uuid4()))).items == ()
