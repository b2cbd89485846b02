"""Acting on work orders over HTTP: what is done, what is refused and how, and by whom."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from models.connections.secrets import digest, new_secret
from models.records.access.keys import PREFIX
from models.rules.access import Role
from models.rules.work_orders import WorkOrderState, standing
from models.tables.access.credentials import ApiKey
from tests.api.conftest import Api
from tests.api.running import Floor, completion, slug, until
from tests.floor import receive
from tests.working import working


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working(relays=True):
        yield


@pytest.fixture
def floor(api: Api) -> Floor:
    return Floor(api)


def test_every_action_can_be_taken(floor: Floor) -> None:
    job = floor.job("2")
    boss = floor.manager
    me = str(floor.api.factory.actor(Role.TECHNICIAN).user_id)
    for key, action, body, by in (
        ("cut", "assign", {"user_id": me}, boss),
        ("cut", "start", None, None),
        ("cut", "pause", {"reason": "lunch"}, None),
        ("cut", "resume", None, None),
        ("cut", "report", {"good": "1"}, None),
        ("cut", "hold", {"reason": "check the blade"}, boss),
        ("cut", "release", None, boss),
        ("cut", "resume", None, None),
        ("cut", "complete", None, None),
        ("polish", "skip", {"reason": "shines"}, boss),
        ("mount", "start", None, None),
        ("mount", "complete", completion("mount"), None),
        ("mount", "rework", {"reason": "loose", "quantity": "1"}, boss),
        ("mount", "cancel", {"reason": "no time"}, boss),
    ):
        answer = floor.act(job, key, action, body, by=by)
        assert answer.status_code == 200, (key, action, answer.text)
        outcome = answer.json()
        assert outcome["state"] == "APPLIED"
        stored = floor.manager.get(answer.headers["Location"].removeprefix("/api/v1")).json()
        assert stored["result"]["seq"] == outcome["seq"]
    states = {key: (step["state"], step["attempt"]) for key, step in floor.steps(job).items()}
    assert states["cut"] == ("COMPLETED", 1)
    assert states["polish"] == ("SKIPPED", 1)
    assert states["mount"] == ("CANCELLED", 2)


def test_every_refusal_has_its_status_and_its_name(floor: Floor) -> None:
    job = floor.job("2")
    technician, boss = floor.technician, floor.manager
    floor.work(job, "cut")
    first = floor.steps(job)["cut"]["work_order_id"]
    boss.made(f"/work-orders/{first}/rework", {"reason": "again", "quantity": "1"})
    floor.act(job, "polish", "hold", {"reason": "wait"}, by=boss)
    expected: tuple[tuple[str, str, Any, Api, int, str], ...] = (
        ("pack", "start", None, technician, 409, "wrong-state"),
        ("polish", "start", None, technician, 409, "wrong-state"),
        ("polish", "hold", {"reason": "x"}, boss, 409, "on-hold"),
        ("mount", "release", None, boss, 409, "not-on-hold"),
        ("mount", "skip", {"reason": "x"}, boss, 409, "not-optional"),
        ("mount", "assign", {"user_id": str(uuid4())}, boss, 422, "unknown-person"),
        ("cut", "report", {"good": "1"}, technician, 409, "wrong-state"),
    )
    for key, action, body, by, status, name in expected:
        answer = floor.act(job, key, action, body, by=by)
        assert (answer.status_code, slug(answer)) == (status, name), (key, action, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["command_id"]
    stale = technician.post(f"/work-orders/{first}/start")
    assert (stale.status_code, slug(stale)) == (409, "stale-attempt")


def test_refusals_of_a_completion_have_their_status_and_name(api: Api) -> None:
    floor = Floor(api, stocked=False)
    job = floor.job("2")
    floor.act(job, "cut", "start")
    for body, status, name in (
        ({}, 409, "stock-short"),
        ({"good": "3"}, 422, "pieces-do-not-add-up"),
        ({"parts_used": [{"part": "GOLD", "quantity": "1"}]}, 422, "unknown-part"),
        ({"parts_used": [{"part": "WIRE", "quantity": "999999999999", "uom": "km"}]}, 422, "cannot-be-stored"),
    ):
        answer = floor.act(job, "cut", "complete", body)
        assert (answer.status_code, slug(answer)) == (status, name), answer.text
        if name == "stock-short":
            assert answer.json()["shortages"][0]["sku"] == "WIRE"
    receive(api.factory, WIRE="9", BASE="9", SCREW="9", BOX="9")
    floor.act(job, "cut", "complete")
    floor.act(job, "mount", "start")
    for data, name in (
        ([], "data-missing"),
        ([{"key": "colour", "value": "red"}], "unknown-field"),
        ([{"key": "torque", "value": "7"}], "data-out-of-limits"),
    ):
        answer = floor.act(job, "mount", "complete", {"data": data})
        assert (answer.status_code, slug(answer)) == (422, name), answer.text
    floor.work(job, "polish")
    floor.act(job, "mount", "complete", completion("mount"))
    floor.act(job, "check", "start")
    answer = floor.act(job, "check", "complete", completion("check") | {"data": [
        {"key": "lit", "value": True}, {"key": "photo", "value": str(uuid4())},
    ]})  # fmt: skip
    assert (answer.status_code, slug(answer)) == (422, "unknown-file")
    for target, name in (("pack", "not-an-ancestor"), ("nowhere", "no-such-step")):
        answer = floor.act(job, "cut", "rework", {"reason": "x", "target": target}, by=floor.manager)
        assert (answer.status_code, slug(answer)) == (422, name)
    answer = floor.act(job, "mount", "rework", {"reason": "x"}, by=floor.manager)
    assert (answer.status_code, slug(answer)) == (409, "pieces-moved-on")
    answer = floor.act(job, "check", "rework", {"reason": "x"}, by=floor.manager)
    assert slug(answer) == "wrong-state"


def test_work_of_somebody_else_is_not_yours(floor: Floor) -> None:
    job = floor.job()
    boss = str(floor.api.factory.actor(Role.MANAGER).user_id)
    floor.act(job, "cut", "assign", {"user_id": boss}, by=floor.manager)
    answer = floor.act(job, "cut", "start")
    assert (answer.status_code, slug(answer)) == (403, "not-yours")


def test_the_same_key_is_the_same_act_and_another_request_under_it_is_refused(floor: Floor) -> None:
    job = floor.job()
    path = f"/work-orders/{floor.steps(job)['cut']['work_order_id']}"
    first = floor.technician.post(f"{path}/start", idempotency_key="tap-1")
    again = floor.technician.post(f"{path}/start", idempotency_key="tap-1")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    other = floor.technician.post(f"{path}/pause", {}, idempotency_key="tap-1")
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    assert floor.manager.post(f"{path}/pause", {}, idempotency_key="tap-1").status_code == 200, "another person's key"


def test_a_refusal_stays_refused_under_its_key(floor: Floor) -> None:
    job = floor.job()
    path = f"/work-orders/{floor.steps(job)['cut']['work_order_id']}"
    refused = floor.technician.post(f"{path}/pause", {}, idempotency_key="early")
    floor.act(job, "cut", "start")
    again = floor.technician.post(f"{path}/pause", {}, idempotency_key="early")
    assert (refused.status_code, again.status_code) == (409, 409)
    assert refused.json()["command_id"] == again.json()["command_id"]
    assert floor.technician.post(f"{path}/pause", {}).status_code == 200


def test_what_belongs_to_another_factory_does_not_exist(floor: Floor, stranger: Api) -> None:
    job = floor.job()
    work_order = floor.steps(job)["cut"]["work_order_id"]
    order = job["order_id"]
    mo = job["manufacturing_order_id"]
    for path in (
        f"/work-orders/{work_order}", f"/jobs/{job['id']}", f"/jobs/{job['id']}/events", f"/jobs/{job['id']}/explain",
        f"/jobs/{job['id']}/graph.svg", f"/orders/{order}", f"/orders/{order}/costs", f"/manufacturing-orders/{mo}",
        f"/manufacturing-orders/{mo}/requirements",
    ):  # fmt: skip
        assert stranger.get(path).status_code == 404, path
    told = {"reason": "x"}
    for path, body in (
        *((f"/work-orders/{work_order}/{action}", told) for action in ("skip", "rework", "hold", "cancel")),
        *((f"/work-orders/{work_order}/{action}", None) for action in ("start", "resume", "complete", "release")),
        *((f"/{kind}/{identity}/{action}", told)
          for kind, identity in (("jobs", job["id"]), ("orders", order)) for action in ("hold", "cancel")),
        *((f"/{kind}/{identity}/release", None) for kind, identity in (("jobs", job["id"]), ("orders", order))),
    ):  # fmt: skip
        answer = stranger.post(path, body)
        assert (answer.status_code, slug(answer)) == (404, "not-found"), path
    batch = {"commands": [{"key": "k", "request": {"action": "start"}, "work_order_id": work_order}]}
    assert stranger.post("/commands", batch).status_code == 404
    assert floor.steps(job)["cut"]["state"] == "READY"


def test_roles_may_do_what_the_matrix_says(floor: Floor) -> None:
    job = floor.job()
    work_order = floor.steps(job)["cut"]["work_order_id"]
    told = {"reason": "x"}
    for role, method, path, body in (
        ("technician", "POST", f"/work-orders/{work_order}/cancel", told),
        ("technician", "POST", f"/work-orders/{work_order}/assign", {"user_id": None}),
        ("technician", "POST", f"/jobs/{job['id']}/hold", told),
        ("technician", "GET", "/orders", None),
        ("viewer", "POST", f"/work-orders/{work_order}/start", None),
        ("viewer", "GET", "/work-orders", None),
        ("customer", "GET", "/jobs", None),
        ("developer", "POST", f"/work-orders/{work_order}/start", None),
        ("inventory_manager", "POST", f"/orders/{job['order_id']}/cancel", told),
        ("technician", "POST", f"/commands/{uuid4()}/acknowledge", None),
    ):
        answer = floor.api.as_(role).call(method, path, body, idempotency_key=str(uuid4()))
        assert (answer.status_code, slug(answer)) == (403, "forbidden"), (role, path)
    batch = {"commands": [{"key": "k", "request": {"action": "cancel", "reason": "x"}, "work_order_id": work_order}]}
    assert slug(floor.technician.post("/commands", batch)) == "forbidden"


def test_lists_are_walked_page_by_page_and_filtered(floor: Floor) -> None:
    order = floor.order("3", lot_size="1")
    jobs = floor.jobs(order["id"])
    me = str(floor.api.factory.actor(Role.TECHNICIAN).user_id)
    floor.act(jobs[0], "cut", "assign", {"user_id": me}, by=floor.manager)
    floor.act(jobs[1], "cut", "start", by=floor.manager)

    def walk(query: str) -> list[str]:
        codes, path = [], f"/work-orders?sort=code&limit=4{query}"
        while path:
            answer = floor.technician.get(path)
            codes += [item["code"] for item in answer.json()["items"]]
            link = answer.headers.get("Link", "")
            path = link[1 : link.index(">")].removeprefix("/api/v1") if link else ""
        return codes

    everything = walk("")
    assert len(everything) == len(set(everything)) == 15
    assert everything == sorted(everything)
    assert len(walk("&state=READY")) == 2
    assert len(walk("&mine=true")) == 1
    assert len(walk("&unassigned=true&state=READY")) == 1
    assert len(walk(f"&job_id={jobs[2]['id']}")) == 5
    assert len(walk("&work_center=PACK")) == 3
    assert walk(f"&q={everything[3]}") == walk(f"&q={int(everything[3][3:])}") == [everything[3]]
    assert walk("&q=wo-") == everything
    assert len(walk("&q=CUT+wi")) == 3
    assert walk("&q=out+wi") == walk("&q=%25") == []
    assert len(walk(f"&order_id={order['id']}&state=IN_PROGRESS")) == 1
    assert slug(floor.technician.get("/work-orders?sort=code&cursor=nonsense")) == "bad-cursor"


def test_work_orders_begin_with_what_can_be_worked_on_and_end_with_what_has_ended(floor: Floor) -> None:
    for month in (3, 2):
        floor.work(floor.jobs(floor.order(due_at=f"2027-0{month}-01T00:00:00Z")["id"])[0], "cut")

    def walk(query: str = "") -> list[tuple[int, str, str]]:
        page = floor.manager.get(f"/work-orders?limit=3{query}").json()
        items = page["items"]
        while page["next_cursor"]:
            page = floor.manager.get(f"/work-orders?limit=3{query}&cursor={page['next_cursor']}").json()
            items += page["items"]
        return [(standing(WorkOrderState(item["state"])), item["due_at"], item["id"]) for item in items]

    everything = walk()
    assert len(everything) == len(set(everything)) == 10
    assert everything == sorted(everything)
    assert {place for place, *_ in everything} == {0, 1, 2}
    assert walk("&state=COMPLETED") == everything[-2:]
    assert walk("&state=WAITING&state=COMPLETED") == [each for each in everything if each[0] > 0]
    exported = list(csv.DictReader(floor.manager.get("/work-orders/export").text.splitlines()))
    assert [line["id"] for line in exported] == [identity for *_, identity in everything]


def test_the_ledger_is_read_by_person_and_order(floor: Floor) -> None:
    order = floor.order()
    floor.work(floor.jobs(order["id"])[0], "cut")
    me = floor.api.factory.actor(Role.MANAGER).username
    for asked in (f"order={order['code']}", f"order_id={order['id']}", f"actor={me}"):
        rows = floor.manager.get(f"/stock/entries?location=stock&{asked}").json()["items"]
        assert [(row["sku"], row["kind"], row["order"]) for row in rows] == [("WIRE", "issue", order["code"])], asked
    for nobody in ("order=ORD-999999", "actor=nobody"):
        assert floor.manager.get(f"/stock/entries?{nobody}").json()["items"] == []


def test_a_batch_is_decided_in_order_each_with_its_own_fate(floor: Floor) -> None:
    job = floor.job()
    steps = floor.steps(job)

    def item(key: str, step: str, **request: Any) -> dict[str, Any]:
        return {"key": key, "request": request, "work_order_id": steps[step]["work_order_id"]}

    commands = [
        item("1", "cut", action="start"), item("2", "cut", action="complete"), item("3", "pack", action="start"),
        item("4", "polish", action="start"), item("5", "mount", action="start"),
    ]  # fmt: skip
    answer = floor.technician.post("/commands", {"commands": commands})
    assert [one["state"] for one in answer.json()["outcomes"]] == ["APPLIED"] * 2 + ["REFUSED"] + ["APPLIED"] * 2
    assert floor.technician.post("/commands", {"commands": commands}).json() == answer.json()
    assert floor.technician.post("/commands", {"commands": [
        {**commands[0], "key": "6", "occurred_at": "0001-01-01T00:00:00Z"},
    ]}).status_code == 422  # fmt: skip
    twice = {"commands": [commands[0], commands[0]]}
    assert floor.technician.post("/commands", twice).status_code == 422


def test_what_a_queue_delivered_and_was_refused_shows_as_an_exception_until_somebody_has_seen_it(floor: Floor) -> None:
    job = floor.job()
    work_order = floor.steps(job)["pack"]["work_order_id"]
    batch = {"wait": False, "commands": [{"key": "q", "request": {"action": "start"}, "work_order_id": work_order}]}
    taken = floor.technician.post("/commands", batch).json()["outcomes"][0]
    assert taken["state"] == "PENDING"
    path = "/commands?exceptions=true"
    (found,) = until(lambda: floor.manager.get(path).json()["items"])
    assert (found["id"], found["door"]) == (taken["command_id"], "signal")
    assert found["result"]["refusal"]["kind"] == "wrong-state"
    for _ in range(2):
        seen = floor.manager.post(f"/commands/{found['id']}/acknowledge")
        assert seen.status_code == 200
        assert seen.json()["acknowledged_at"]
    assert floor.manager.get(path).json()["items"] == []
    applied = floor.act(job, "cut", "start").json()["command_id"]
    refused = floor.manager.post(f"/commands/{applied}/acknowledge")
    assert (refused.status_code, slug(refused)) == (409, "conflict")


def test_a_command_for_a_job_that_has_ended_is_refused_and_stored(floor: Floor) -> None:
    job = floor.job()
    work_order = floor.steps(job)["cut"]["work_order_id"]
    assert floor.manager.post(f"/jobs/{job['id']}/cancel", {"reason": "over"}).status_code == 200
    until(lambda: floor.jobs(job["order_id"])[0]["status"] == "CANCELLED")
    answer = floor.technician.post(f"/work-orders/{work_order}/start")
    assert (answer.status_code, slug(answer)) == (409, "job-closed")
    stored = floor.technician.get(f"/commands/{answer.json()['command_id']}").json()
    assert (stored["state"], stored["result"]["refusal"]["kind"]) == ("REFUSED", "job-closed")


def test_a_tap_without_key_or_with_a_broken_one_is_refused(floor: Floor) -> None:
    job = floor.job()
    path = f"/work-orders/{floor.steps(job)['cut']['work_order_id']}/start"
    url, headers = f"/api/v1{path}", floor.api.factory.headers(Role.TECHNICIAN)
    assert slug(floor.api.client.post(url, headers=headers)) == "idempotency-key-missing"
    for key in ("x" * 201, "tab\there", ""):
        assert slug(floor.technician.post(path, idempotency_key=key)) == "unreadable-request"


def test_what_is_done_and_refused_says_which_key_it_came_with(floor: Floor) -> None:
    job = floor.job("2")
    boss, factory = floor.manager, floor.api.factory
    secret = new_secret()
    with factory.begin() as session:
        key = ApiKey(
            tenant_id=factory.id, name="Press 4", secret_hash=digest(secret), created_by=factory.actor().user_id,
            user_id=factory.actor(Role.TECHNICIAN).user_id, scopes=["work_orders:work", "work_orders:read"],
        )  # fmt: skip
        session.add(key)
    headers = {"Authorization": f"Bearer {PREFIX}{key.id.hex}_{secret}", "User-Agent": "press/4"}
    for action, status in (("start", 200), ("start", 409)):
        path = f"/api/v1/work-orders/{floor.steps(job)['cut']['work_order_id']}/{action}"
        answer = floor.api.client.post(path, headers=headers | {"Idempotency-Key": str(uuid4())})
        assert answer.status_code == status, answer.text
    assert floor.act(job, "cut", "pause", {"reason": "lunch"}).status_code == 200

    def told(query: str) -> list[dict[str, Any]]:
        return list(boss.get(f"/audit?module=work_orders&{query}").json()["items"])

    until(lambda: len(told("")) == 3)
    by_key = told(f"key_id={key.id}")
    assert [entry["action"] for entry in by_key] == ["work_orders:refused", "work_orders:started"]
    assert [entry["refused"] for entry in by_key] == [True, False]
    for entry in by_key:
        assert entry["origin"]["agent"] == "press/4"
        assert entry["origin"]["address"]
        assert entry["origin"]["trace_id"]
    (paused,) = told("action=work_orders:paused")
    assert (paused["origin"].get("key_id"), paused["refused"]) == (None, False)
    assert told(f"session_id={paused['origin']['session_id']}") == [paused]
    assert told(f"q={floor.steps(job)['cut']['code'].lower()}") == told("")
