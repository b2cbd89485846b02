from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Api

PART = {"sku": "NEMA17", "name": "Stepper motor", "unit_cost": "8.47"}
KINDS = {
    "/parts": PART,
    "/products": {"sku": "PNP", "name": "Machine"},
    "/suppliers": {"code": "ACME", "name": "Acme"},
    "/work-centers": {"code": "MECH", "name": "Bench", "cost_per_hour": "31.00"},
}


@pytest.mark.parametrize("path", KINDS)
def test_what_is_added_can_be_read_changed_and_deactivated(api: Api, path: str) -> None:
    answer = api.post(path, KINDS[path])
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1{path}/{made['id']}"
    assert answer.headers["etag"] == '"1"'

    read = api.get(f"{path}/{made['id']}")
    assert read.json() == made
    assert read.headers["etag"] == '"1"'
    assert api.get(f"{path}/{made['id']}", if_none_match='"1"').status_code == 304

    changed = api.put(f"{path}/{made['id']}", {**KINDS[path], "name": "Another name"}, version=1)
    assert changed.json()["name"] == "Another name"
    assert changed.headers["etag"] == '"2"'

    gone = api.delete(f"{path}/{made['id']}", version=2)
    assert gone.json()["active"] is False
    assert api.get(f"{path}?active=true").json()["items"] == []


@pytest.mark.parametrize("path", KINDS)
def test_a_change_names_the_version_it_is_based_on(api: Api, path: str) -> None:
    made = api.made(path, KINDS[path])
    place = f"{path}/{made['id']}"
    missing = api.put(place, KINDS[path])
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/version-missing")
    assert api.put(place, {**KINDS[path], "name": "First"}, version=1).status_code == 200
    stale = api.put(place, {**KINDS[path], "name": "Second"}, version=1)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert api.get(place).json()["name"] == "First"
    assert api.call("DELETE", place, if_match="*").status_code == 400


@pytest.mark.parametrize("path", KINDS)
def test_a_taken_code_is_refused(api: Api, path: str) -> None:
    api.made(path, KINDS[path])
    assert api.post(path, KINDS[path]).json()["type"] == "/problems/already-exists"


@pytest.mark.parametrize("path", KINDS)
def test_another_factory_sees_and_changes_nothing(api: Api, stranger: Api, path: str) -> None:
    place = f"{path}/{api.made(path, KINDS[path])['id']}"
    assert stranger.get(path).json()["items"] == []
    assert stranger.get(place).status_code == 404
    assert stranger.put(place, KINDS[path], version=1).status_code == 404
    assert stranger.delete(place, version=1).status_code == 404
    assert stranger.post(path, KINDS[path]).status_code == 201


def test_figures_come_out_exactly_as_they_went_in(api: Api) -> None:
    raw = b'{"sku": "EXACT", "name": "x", "unit_cost": 123456789012.123456, "minimum_stock": 0.1}'
    headers = api.factory.headers(idempotency_key="k") | {"content-type": "application/json"}
    made = api.client.post("/api/v1/parts", content=raw, headers=headers).json()
    assert made["unit_cost"] == "123456789012.123456"
    assert api.get(f"/parts/{made['id']}").json()["unit_cost"] == "123456789012.123456"
    assert made["minimum_stock"] == "0.1"


def test_a_product_brings_its_made_part_or_takes_the_one_that_is_there(api: Api) -> None:
    first = api.made("/products", {"sku": "P-1", "name": "First"})
    part = api.get(f"/parts/{first['part_id']}").json()
    assert (part["sku"], part["kind"]) == ("P-1", "made")
    made = api.made("/parts", {"sku": "P-2", "name": "Second", "kind": "made"})
    assert api.made("/products", {"sku": "P-2", "name": "Second"})["part_id"] == made["id"]
    api.made("/parts", {"sku": "P-3", "name": "Third", "kind": "bought"})
    assert api.post("/products", {"sku": "P-3", "name": "Third"}).status_code == 409


def test_a_unit_stays_once_stock_has_moved(api: Api) -> None:
    part = api.made("/parts", PART)
    place = f"/parts/{part['id']}"
    assert api.put(place, {**PART, "uom": "box"}, version=1).status_code == 200
    api.made("/stock/receipts", {"lines": [{"part": "NEMA17", "quantity": 3}]})
    refused = api.put(place, {**PART, "uom": "pcs"}, version=2)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")


def test_an_unknown_supplier_is_pointed_at(api: Api) -> None:
    refused = api.post("/parts", {**PART, "supplier": "NOBODY"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/supplier"
    api.made("/suppliers", {"code": "ACME", "name": "Acme"})
    assert api.made("/parts", {**PART, "supplier": "ACME"})["supplier"] == "ACME"
    assert len(api.get("/parts?supplier=ACME").json()["items"]) == 1


def test_the_same_request_twice_happens_once(api: Api) -> None:
    first = api.post("/parts", PART, idempotency_key="one")
    again = api.post("/parts", PART, idempotency_key="one")
    assert again.json() == first.json()
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert len(api.get("/parts").json()["items"]) == 1


def test_a_key_used_for_another_request_is_refused(api: Api) -> None:
    api.post("/parts", PART, idempotency_key="one")
    other = api.post("/parts", {**PART, "sku": "OTHER"}, idempotency_key="one")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    elsewhere = api.post("/suppliers", {"code": "X", "name": "X"}, idempotency_key="one")
    assert elsewhere.status_code == 422


def test_a_key_belongs_to_its_person(api: Api) -> None:
    api.post("/parts", PART, idempotency_key="one")
    other = api.as_("manager").post("/parts", {**PART, "sku": "OTHER"}, idempotency_key="one")
    assert other.status_code == 201


def test_a_request_without_a_key_is_refused(api: Api) -> None:
    headers = api.factory.headers()
    refused = api.client.post("/api/v1/parts", json=PART, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/idempotency-key-missing")
    for key in ("", " " * 3 + "é", "x" * 201):
        sent = {**headers, "Idempotency-Key": key.encode()}
        assert api.client.post("/api/v1/parts", json=PART, headers=sent).status_code == 400


def test_a_refused_request_may_be_sent_again_with_its_key(api: Api) -> None:
    posting = {"lines": [{"part": "NEMA17", "quantity": "2"}]}
    assert api.post("/stock/receipts", posting, idempotency_key="k").status_code == 422
    api.made("/parts", PART)
    assert api.post("/stock/receipts", posting, idempotency_key="k").status_code == 201


def test_ten_at_once_with_one_key_happen_once(api: Api) -> None:
    api.made("/parts", PART)
    posting = {"lines": [{"part": "NEMA17", "quantity": "2"}]}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: api.post("/stock/receipts", posting, idempotency_key="k"), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 9
    assert api.get("/stock/balances").json()["items"][0]["quantity"] == "2"


def test_walking_the_pages_meets_everything_once(api: Api) -> None:
    names = ["same", "same", "same", "b", "a", "same", "z"]
    for number, name in enumerate(names):
        api.made("/parts", {"sku": f"S{number}", "name": name})
    for sort in ("sku", "-sku", "name", "-name", "created_at", "-created_at"):
        seen: list[str] = []
        path = f"/parts?limit=2&sort={sort}"
        while path:
            answer = api.get(path)
            seen += [item["sku"] for item in answer.json()["items"]]
            link = answer.headers.get("link")
            path = link.split(">")[0].removeprefix("</api/v1") if link else ""
            assert (answer.json()["next_cursor"] is None) == (not link)
        assert sorted(seen) == [f"S{number}" for number in range(7)], sort


def test_what_is_added_meanwhile_disturbs_no_walk(api: Api) -> None:
    for number in (1, 3, 5):
        api.made("/parts", {"sku": f"S{number}", "name": "x"})
    first = api.get("/parts?limit=2").json()
    api.made("/parts", {"sku": "S0", "name": "x"})
    api.made("/parts", {"sku": "S4", "name": "x"})
    rest = api.get(f"/parts?limit=5&cursor={first['next_cursor']}").json()
    assert [item["sku"] for item in first["items"] + rest["items"]] == ["S1", "S3", "S4", "S5"]


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "W10=", "bnVsbA==", "WyJhIiwiYiIsImMiXQ==", "%00", "=" * 100])
def test_a_cursor_of_nobody_is_refused(api: Api, cursor: str) -> None:
    refused = api.get(f"/parts?cursor={cursor}")
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/bad-cursor")


def test_a_cursor_of_another_list_order_or_filter_is_refused(api: Api) -> None:
    for number in range(3):
        api.made("/parts", {"sku": f"S{number}", "name": "x"})
    cursor = api.get("/parts?limit=1").json()["next_cursor"]
    for other in ("/products?", "/parts?sort=-sku&", "/parts?q=x&", "/parts?kind=bought&"):
        assert api.get(f"{other}cursor={cursor}").status_code == 400, other
    assert api.get(f"/parts?limit=7&cursor={cursor}").status_code == 200


def test_searching_takes_signs_as_they_are(api: Api) -> None:
    api.made("/parts", {"sku": "A", "name": "100% cotton_rag"})
    api.made("/parts", {"sku": "B", "name": "100 cotton rag"})
    assert [item["sku"] for item in api.get("/parts?q=0%25").json()["items"]] == ["A"]
    assert [item["sku"] for item in api.get("/parts?q=COTTON_").json()["items"]] == ["A"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "sort=password", "nonsense=1", "kind=none", "q=%00", "limit=9" + "9" * 50],
)
def test_a_wrong_query_is_refused_by_name(api: Api, query: str) -> None:
    refused = api.get(f"/parts?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == query.split("=", maxsplit=1)[0]


def test_a_bill_of_materials_is_replaced_and_exploded(api: Api) -> None:
    for sku, kind in (("TOP", "made"), ("MID", "made"), ("SCREW", "bought"), ("WIRE", "bought")):
        uom = "m" if sku == "WIRE" else "pcs"
        api.made("/parts", {"sku": sku, "name": sku, "kind": kind, "uom": uom, "unit_cost": "0.5"})
    ids = {item["sku"]: item["id"] for item in api.get("/parts").json()["items"]}
    lines = [{"part": "MID", "quantity": 2}, {"part": "SCREW", "quantity": 3, "scrap_percent": 10}]
    put = api.put(f"/parts/{ids['TOP']}/bom", {"lines": lines}, version=1)
    assert put.status_code == 200, put.text
    assert api.put(f"/parts/{ids['TOP']}/bom", {"lines": []}, version=1).status_code == 412
    lines = [{"part": "WIRE", "quantity": 35, "uom": "cm"}, {"part": "SCREW", "quantity": 1}]
    assert api.put(f"/parts/{ids['MID']}/bom", {"lines": lines}, version=1).status_code == 200
    exploded = api.get(f"/parts/{ids['TOP']}/bom/explosion?quantity=10").json()
    assert {part["sku"]: part["quantity"] for part in exploded["parts"]} == {"MID": "20", "SCREW": "53", "WIRE": "7"}
    assert exploded["material_cost"] == "30"
    circle = api.put(f"/parts/{ids['MID']}/bom", {"lines": [{"part": "TOP", "quantity": 1}]}, version=2)
    assert circle.status_code == 422
    assert circle.json()["path"] == ["MID", "TOP", "MID"]
    bought = api.put(f"/parts/{ids['SCREW']}/bom", {"lines": [{"part": "WIRE", "quantity": 1}]}, version=1)
    assert bought.status_code == 409


def test_each_change_is_told_once_with_before_and_after(api: Api, audited: Callable[[], list[Any]]) -> None:
    part = api.made("/parts", PART)
    api.put(f"/parts/{part['id']}", {**PART, "name": "New"}, version=1)
    api.put(f"/parts/{part['id']}", {**PART, "name": "New"}, version=2)
    api.post("/parts", PART)
    entries = audited()
    assert [entry["action"] for entry in entries] == ["parts:created", "parts:updated"]
    assert entries[1]["before"]["name"] == "Stepper motor"
    assert entries[1]["after"]["name"] == "New"
    assert entries[1]["user_id"] == str(api.factory.actor().user_id)


def test_a_thing_that_does_not_exist_is_not_found(api: Api) -> None:
    for path in KINDS:
        refused = api.get(f"{path}/{uuid4()}")
        assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
