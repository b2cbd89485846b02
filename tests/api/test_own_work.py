"""Whose work it is: a team's, one's own from outside, and that of those who have learnt it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.people import Somebody
from tests.api.running import Floor, slug, until
from tests.floor import rows
from tests.working import working


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working(relays=True):
        yield


@pytest.fixture
def floor(api: Api) -> Floor:
    return Floor(api)


def _me(api: Api, role: Role) -> str:
    return str(api.factory.actor(role).user_id)


def _codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


def test_a_teams_work_shows_as_mine_until_somebody_takes_it(floor: Floor) -> None:
    first, second = Somebody(floor.api, "first"), Somebody(floor.api, "second")
    team = floor.manager.made("/teams", {"code": "NIGHT", "name": "Night", "members": [first.id, second.id]})
    job = floor.job()
    code = floor.steps(job)["cut"]["code"]
    assigned = floor.act(job, "cut", "assign", {"team_id": team["id"]}, by=floor.manager)
    assert assigned.status_code == 200, assigned.text
    assert floor.steps(job)["cut"]["team"] == "NIGHT"
    assert _codes(first.get("/work-orders?mine=true")) == _codes(second.get("/work-orders?mine=true")) == [code]
    assert _codes(floor.technician.get("/work-orders?mine=true")) == []
    refused = floor.act(job, "cut", "start")
    assert (refused.status_code, slug(refused)) == (403, "not-yours")
    assert floor.act(job, "cut", "start", by=first).status_code == 200
    assert _codes(first.get("/work-orders?mine=true")) == [code]
    assert _codes(second.get("/work-orders?mine=true")) == []
    assert slug(floor.act(job, "cut", "pause", {}, by=second)) == "not-yours"


def test_a_technician_from_outside_sees_and_does_only_what_is_assigned_to_them(floor: Floor) -> None:
    outside = floor.api.as_(Role.OUTSOURCED_TECHNICIAN)
    job = floor.job()
    steps = floor.steps(job)
    cut, polish = steps["cut"], steps["polish"]
    path, hidden = f"/work-orders/{cut['work_order_id']}", f"/work-orders/{polish['work_order_id']}"
    assert _codes(outside.get("/work-orders")) == []
    for asked in (outside.get(path), outside.post(f"{path}/start"), outside.post(f"{path}/complete")):
        assert (asked.status_code, slug(asked)) == (404, "not-found")
    queued = {"wait": False, "commands": [{"key": "q", "request": {"action": "start"},
                                           "work_order_id": cut["work_order_id"]}]}  # fmt: skip
    assert slug(outside.post("/commands", queued)) == "not-found"
    assert slug(outside.post("/commands", queued | {"wait": True})) == "not-found"
    assert floor.steps(job)["cut"]["state"] == "READY"

    floor.act(job, "cut", "assign", {"user_id": _me(floor.api, Role.OUTSOURCED_TECHNICIAN)}, by=floor.manager)
    assert _codes(outside.get("/work-orders")) == _codes(outside.get("/work-orders?mine=true")) == [cut["code"]]
    assert outside.get(path).json()["instructions"]
    assert outside.post(f"{path}/start").status_code == 200
    assert outside.post(f"{path}/complete").status_code == 200
    assert slug(outside.get(hidden)) == "not-found"
    assert slug(outside.post(f"{hidden}/start")) == "not-found"
    for other in ("/jobs", f"/jobs/{job['id']}", "/orders", "/stock/balances", "/live", "/users"):
        assert outside.get(other).status_code == 403, other


def test_a_technician_from_outside_does_not_take_a_teams_work_they_cannot_see(floor: Floor) -> None:
    outside = floor.api.as_(Role.OUTSOURCED_TECHNICIAN)
    members = [_me(floor.api, Role.OUTSOURCED_TECHNICIAN)]
    team = floor.manager.made("/teams", {"code": "OUT", "name": "Outside", "members": members})
    job = floor.job()
    floor.act(job, "cut", "assign", {"team_id": team["id"]}, by=floor.manager)
    assert _codes(outside.get("/work-orders?mine=true")) == []
    assert slug(outside.post(f"/work-orders/{floor.steps(job)['cut']['work_order_id']}/start")) == "not-found"


def test_a_technician_from_outside_lists_only_their_own_commands(floor: Floor) -> None:
    outside = floor.api.as_(Role.OUTSOURCED_TECHNICIAN)
    job = floor.job()
    floor.act(job, "cut", "assign", {"user_id": _me(floor.api, Role.OUTSOURCED_TECHNICIAN)}, by=floor.manager)
    theirs = floor.act(job, "cut", "hold", {"reason": "wait"}, by=floor.manager).json()["command_id"]
    floor.act(job, "cut", "release", by=floor.manager)
    mine = outside.post(f"/work-orders/{floor.steps(job)['cut']['work_order_id']}/start").json()["command_id"]
    listed = outside.get("/commands").json()["items"]
    assert [one["id"] for one in listed] == [mine]
    assert outside.get(f"/commands/{mine}").status_code == 200
    assert slug(outside.get(f"/commands/{theirs}")) == "not-found"
    assert {theirs, mine} <= {one["id"] for one in floor.manager.get("/commands").json()["items"]}


def test_what_was_taken_away_from_a_technician_from_outside_is_out_of_their_hands(floor: Floor) -> None:
    outside = floor.api.as_(Role.OUTSOURCED_TECHNICIAN)
    job = floor.job()
    path = f"/work-orders/{floor.steps(job)['cut']['work_order_id']}"
    floor.act(job, "cut", "assign", {"user_id": _me(floor.api, Role.OUTSOURCED_TECHNICIAN)}, by=floor.manager)
    assert outside.post(f"{path}/start").status_code == 200
    floor.act(job, "cut", "assign", {"user_id": _me(floor.api, Role.TECHNICIAN)}, by=floor.manager)
    assert slug(outside.get(path)) == "not-found"
    assert slug(outside.post(f"{path}/complete")) == "not-found"


@pytest.fixture
def welding(floor: Floor) -> dict[str, Any]:
    """A job of a lamp whose wire only a welder may cut."""
    floor.api.made("/skills", {"code": "WELD", "name": "Welding"})
    template = floor.manager.get("/templates?status=published").json()["items"][0]
    document = floor.manager.get(f"/templates/{template['id']}").json()["document"]
    document["steps"][0]["skills"] = ["WELD"]
    draft = floor.manager.made("/templates", document)
    assert floor.manager.post(f"/templates/{draft['id']}/publish").status_code == 200
    return floor.job()


def test_work_that_requires_a_skill_says_so_and_is_refused_without_it(floor: Floor, welding: dict[str, Any]) -> None:
    path = f"/work-orders/{floor.steps(welding)['cut']['work_order_id']}"
    assert floor.technician.get(path).json()["skills"] == ["WELD"]
    assert floor.technician.get(f"/work-orders/{floor.steps(welding)['mount']['work_order_id']}").json()["skills"] == []
    person = _me(floor.api, Role.TECHNICIAN)
    for answer in (
        floor.technician.post(f"{path}/start"),
        floor.manager.post(f"{path}/start"),
        floor.manager.post(f"{path}/assign", {"user_id": person}),
    ):
        assert (answer.status_code, slug(answer)) == (403, "not-qualified")
        assert "'WELD'" in answer.json()["detail"]
    (skill,) = floor.manager.get("/skills").json()["items"]
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    certificate = f"/users/{person}/skills/{skill['id']}"
    assert floor.manager.put(certificate, {"certified_at": since}).status_code == 200
    assert floor.technician.post(f"{path}/start").status_code == 200
    assert floor.manager.delete(certificate).status_code == 204
    assert slug(floor.technician.post(f"{path}/complete")) == "not-qualified"


def test_what_an_unqualified_person_queued_shows_as_an_exception(floor: Floor, welding: dict[str, Any]) -> None:
    work_order = floor.steps(welding)["cut"]["work_order_id"]
    queued = {"wait": False, "commands": [{"key": str(uuid4()), "request": {"action": "start"},
                                           "work_order_id": work_order}]}  # fmt: skip
    assert floor.technician.post("/commands", queued).status_code == 200
    (found,) = until(lambda: floor.manager.get("/commands?exceptions=true").json()["items"])
    assert found["result"]["refusal"]["kind"] == "not-qualified"


def test_a_draft_that_requires_an_unknown_skill_is_not_published(floor: Floor) -> None:
    template = floor.manager.get("/templates").json()["items"][0]
    document = floor.manager.get(f"/templates/{template['id']}").json()["document"]
    document["steps"][0]["skills"] = ["FLY"]
    draft = floor.manager.made("/templates", document)
    assert [fault["kind"] for fault in floor.manager.get(f"/templates/{draft['id']}/check").json()["faults"]] == [
        "unknown_skill"
    ]
    assert slug(floor.manager.post(f"/templates/{draft['id']}/publish")) == "template-refused"


def test_the_work_of_somebody_put_out_goes_back_to_their_team_or_to_everybody(floor: Floor) -> None:
    leaver = Somebody(floor.api, "leaver")
    team = floor.manager.made("/teams", {"code": "NIGHT", "name": "Night", "members": [leaver.id]})
    job = floor.job()
    floor.act(job, "cut", "assign", {"team_id": team["id"]}, by=floor.manager)
    assert floor.act(job, "cut", "start", by=leaver).status_code == 200
    assert floor.act(job, "mount", "assign", {"user_id": leaver.id}, by=floor.manager).status_code == 200
    assert floor.api.delete(f"/users/{leaver.id}", leaver.version).status_code == 200

    def released() -> bool:
        steps = floor.steps(job)
        return (steps["cut"]["assignee"], steps["mount"]["assignee"]) == (None, None)

    until(released)
    cut = floor.steps(job)["cut"]
    assert (cut["state"], cut["team"]) == ("PAUSED", "NIGHT")
    assert floor.steps(job)["mount"]["team"] is None
    assert floor.api.get("/commands?state=REFUSED").json()["items"] == []
    told = rows(floor.api.factory, "SELECT kind FROM job_events WHERE job_id = :job ORDER BY seq", job=job["id"])
    assert [row.kind for row in told][-3:] == ["work_orders:paused", "work_orders:assigned", "work_orders:assigned"]


def test_erasing_somebody_who_works_here_releases_their_work_too(floor: Floor) -> None:
    leaver = Somebody(floor.api, "leaver")
    job = floor.job()
    floor.act(job, "cut", "assign", {"user_id": leaver.id}, by=floor.manager)
    assert floor.api.post(f"/users/{leaver.id}/erase").status_code == 200
    until(lambda: floor.steps(job)["cut"]["assignee"] is None)
