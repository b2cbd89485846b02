"""What had to wait is judged by what holds when it is decided: nothing happens in the name of somebody put out."""

from typing import Any
from uuid import uuid4

from tests.api.conftest import Api
from tests.api.people import Somebody, change
from tests.api.running import Floor, minutes_pass, until
from tests.working import working


def _queue(person: Api, work_order_id: str, action: str) -> None:
    wanted = {"key": str(uuid4()), "request": {"action": action}, "work_order_id": work_order_id}
    (outcome,) = person.made("/commands", {"wait": False, "commands": [wanted]})["outcomes"]
    assert outcome["state"] == "PENDING"


def _exceptions(floor: Floor) -> Any:
    return floor.manager.get("/commands?exceptions=true").json()["items"]


def test_what_somebody_asked_who_was_put_out_before_it_was_decided_is_left_to_a_manager(api: Api) -> None:
    with working(relays=True):
        floor = Floor(api)
        job = floor.job()
    leaver = Somebody(api, "leaver")
    _queue(leaver, floor.steps(job)["cut"]["work_order_id"], "start")
    assert api.delete(f"/users/{leaver.id}", leaver.version).status_code == 200
    minutes_pass(api)
    with working(relays=True):
        (late,) = until(lambda: _exceptions(floor))
        assert (late["actor"], late["result"]["refusal"]["kind"]) == ("Leaver", "no-longer-allowed")
        assert floor.steps(job)["cut"]["state"] == "READY"
        retried = floor.manager.post(f"/commands/{late['id']}/retry")
        assert (retried.status_code, retried.json()["state"]) == (200, "APPLIED")
    assert _exceptions(floor) == []
    assert floor.steps(job)["cut"]["assignee"] != "Leaver"


def test_what_somebody_asked_who_lost_the_right_before_it_was_decided_does_not_happen(api: Api) -> None:
    with working(relays=True):
        floor = Floor(api)
        job, other = floor.job(), floor.job()
    mover, stayer = Somebody(api, "mover"), Somebody(api, "stayer")
    _queue(mover, floor.steps(job)["cut"]["work_order_id"], "start")
    _queue(stayer, floor.steps(other)["cut"]["work_order_id"], "start")
    person = api.get(f"/users/{mover.id}").json()
    assert api.put(f"/users/{mover.id}", change(person, role="viewer"), person["row_version"]).status_code == 200
    minutes_pass(api)
    with working(relays=True):
        (late,) = until(lambda: _exceptions(floor))
        until(lambda: floor.steps(other)["cut"]["state"] == "IN_PROGRESS")
    assert (late["actor"], late["result"]["refusal"]["kind"]) == ("Mover", "no-longer-allowed")
    assert floor.steps(job)["cut"]["state"] == "READY"
