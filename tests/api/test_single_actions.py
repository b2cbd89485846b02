"""A role of the factory's own may hold one action on the floor: by every door that one is let in and no other."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from models.rules.work_orders import HANDS_ON, Action
from tests.api.conftest import Api
from tests.api.people import Somebody
from tests.api.running import Floor, slug
from tests.working import working

REASON = {"reason": "x"}
BODIES: dict[Action, dict[str, Any]] = {
    **dict.fromkeys((Action.HOLD, Action.SKIP, Action.CANCEL, Action.REWORK), REASON),
    Action.REPORT: {"good": "1"}, Action.ASSIGN: {"user_id": None},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working():
        yield


def holder(api: Api, *actions: Action) -> Somebody:
    """Somebody who sees all work and may do these actions."""
    name = f"only_{'_'.join(actions)}"[:32]
    permissions = ["work_orders:read", *(f"work_orders:{action}" for action in actions)]
    api.made("/roles", {"name": name, "title": name, "permissions": permissions})
    return Somebody(api, name.replace("_", "-"), name)


def tap(person: Api, work_order_id: str, action: Action, **more: Any) -> Any:
    """Send one action as a station does."""
    request = {"action": action, **BODIES.get(action, {})}
    return person.post(
        "/commands", {"commands": [{"key": str(uuid4()), "request": request, "work_order_id": work_order_id}], **more}
    )


@pytest.mark.parametrize("held", Action)
def test_one_action_is_let_in_by_its_route_and_in_a_batch_and_all_others_are_refused(api: Api, held: Action) -> None:
    person, nobodys = holder(api, held), str(uuid4())
    for action in Action:
        expected = 404 if action is held else 403
        answers = (
            person.post(f"/work-orders/{nobodys}/{action}", BODIES.get(action)),
            tap(person, nobodys, action),
            tap(person, nobodys, action, wait=False),
        )
        assert [answer.status_code for answer in answers] == [expected] * 3, (action, answers[0].text)
        if action is not held:
            assert {answer.json()["permission"] for answer in answers} == {f"work_orders:{action}"}


def test_who_may_only_pause_and_resume_does_that_and_cannot_finish(api: Api) -> None:
    floor = Floor(api)
    job = floor.job("2")
    helper = holder(api, Action.PAUSE, Action.RESUME)
    cut = floor.steps(job)["cut"]["work_order_id"]
    assert helper.post(f"/work-orders/{cut}/start").status_code == 403
    assert floor.act(job, "cut", "start", by=floor.manager).status_code == 200
    others = helper.post(f"/work-orders/{cut}/pause")
    assert (others.status_code, slug(others)) == (403, "not-yours"), "a fine permission reaches one's own work only"
    assert floor.act(job, "cut", "assign", {"user_id": helper.id}, by=floor.manager).status_code == 200
    assert helper.post(f"/work-orders/{cut}/pause", {"reason": "lunch"}).status_code == 200
    assert tap(helper, cut, Action.RESUME).json()["outcomes"][0]["state"] == "APPLIED"
    assert helper.post(f"/work-orders/{cut}/complete").json()["permission"] == "work_orders:complete"


def test_who_may_only_hold_holds_a_job_and_cannot_release_it(api: Api) -> None:
    floor = Floor(api)
    job = floor.job()
    inspector = holder(api, Action.HOLD)
    assert inspector.post(f"/jobs/{job['id']}/hold", REASON).status_code == 200
    assert inspector.post(f"/jobs/{job['id']}/release").status_code == 403
    assert inspector.post(f"/jobs/{job['id']}/cancel", REASON).status_code == 403


def test_a_batch_with_one_action_too_many_is_refused_as_a_whole(api: Api) -> None:
    floor = Floor(api)
    job = floor.job()
    cut = floor.steps(job)["cut"]["work_order_id"]
    starter = holder(api, Action.START)
    commands = [
        {"key": str(uuid4()), "request": {"action": action}, "work_order_id": cut}
        for action in (Action.START, Action.PAUSE)
    ]
    assert starter.post("/commands", {"commands": commands}).status_code == 403
    assert floor.steps(job)["cut"]["state"] == "READY"


def test_a_key_for_one_action_does_that_one_as_its_person_may(api: Api) -> None:
    made = api.as_(Role.ADMIN).made("/keys", {"name": "Press", "scopes": ["work_orders:pause", "work_orders:read"]})
    headers = {"Authorization": f"Bearer {made['key']}"}
    for action in HANDS_ON:
        answer = api.post(f"/work-orders/{uuid4()}/{action}", BODIES.get(action), **headers)
        assert answer.status_code == (404 if action is Action.PAUSE else 403), action


def test_a_key_for_one_action_opens_no_station(api: Api) -> None:
    made = api.as_(Role.ADMIN).made("/keys", {"name": "Press", "scopes": ["work_orders:pause"]})
    headers = {"authorization": f"Bearer {made['key']}"}
    assert api.client.get("/station", headers=headers).status_code == 403
    assert api.client.get("/api/v1/work-orders", headers=headers).status_code == 403


def test_who_sees_all_work_may_still_see_only_what_they_asked_themselves(api: Api) -> None:
    floor = Floor(api)
    job = floor.job()
    permissions = ["work_orders:read", "work_orders:work", "commands:read_own"]
    api.made("/roles", {"name": "worker", "title": "Worker", "permissions": permissions})
    worker = Somebody(api, "worker", "worker")
    cut = floor.steps(job)["cut"]["work_order_id"]
    floor.act(job, "cut", "hold", REASON, by=floor.manager)
    floor.act(job, "cut", "release", by=floor.manager)
    assert worker.post(f"/work-orders/{cut}/start").status_code == 200
    listed = worker.get("/commands").json()["items"]
    assert [one["action"] for one in listed] == ["start"]
    assert len(floor.manager.get("/commands").json()["items"]) == 3


def test_who_sees_all_commands_sees_those_of_work_that_is_not_theirs(api: Api) -> None:
    floor = Floor(api)
    job = floor.job()
    assert floor.act(job, "cut", "start", by=floor.technician).status_code == 200
    api.made(
        "/roles", {"name": "auditor", "title": "Auditor", "permissions": ["work_orders:read_own", "commands:read"]}
    )
    listed = Somebody(api, "auditor", "auditor").get("/commands").json()["items"]
    assert [one["action"] for one in listed] == ["start"]
