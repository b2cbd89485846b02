"""Orders that really run, seen through the API alone."""

import time
from typing import Any

from models.rules.access import Role
from tests.api.conftest import Api
from tests.floor import DATA, DUE, PARTS, execute, publish_lamp, receive


class Floor:
    """A factory that makes lamps, and people who work there over HTTP."""

    def __init__(self, api: Api, *, stocked: bool = True) -> None:
        self.api = api
        self.technician = api.as_(Role.TECHNICIAN)
        self.manager = api.as_(Role.MANAGER)
        publish_lamp(api.factory)
        if stocked:
            receive(api.factory, **dict.fromkeys(PARTS, "1000"))

    def order(self, quantity: str = "1", **more: Any) -> dict[str, Any]:
        """Place an order and wait until its jobs are open for work."""
        order = self.manager.made(
            "/orders", {"product": "LAMP", "quantity": quantity, "due_at": DUE.isoformat(), **more}
        )
        count = -(-int(quantity) // int(more.get("lot_size", quantity)))
        until(lambda: len([j for j in self.jobs(order["id"]) if j["seq"] > 0]) == count)
        return dict(order)

    def jobs(self, order_id: str) -> list[dict[str, Any]]:
        found = self.manager.get(f"/jobs?order_id={order_id}&sort=code").json()["items"]
        return list(found)

    def job(self, quantity: str = "1") -> dict[str, Any]:
        return self.jobs(self.order(quantity)["id"])[0]

    def steps(self, job: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The latest attempt of each step, by key."""
        detail = self.technician.get(f"/jobs/{job['id']}").json()
        return {step["step_key"]: step for step in detail["steps"]}

    def act(self, job: dict[str, Any], key: str, action: str, body: Any = None, *, by: Api | None = None) -> Any:
        return (by or self.technician).post(f"/work-orders/{self.steps(job)[key]['work_order_id']}/{action}", body)

    def work(self, job: dict[str, Any], *keys: str, **pieces: Any) -> None:
        for key in keys:
            for action, body in (("start", None), ("complete", completion(key, **pieces))):
                answer = self.act(job, key, action, body, by=self.manager)
                assert answer.status_code == 200, answer.text


def completion(key: str, **pieces: Any) -> dict[str, Any]:
    data = [{**entry, "value": _plain(entry["value"])} for entry in DATA.get(key, ())]
    return {"data": data, **pieces}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value)


def until(condition: Any, seconds: float = 120) -> Any:
    """Ask again until something holds, as a person who reloads the page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")


def minutes_pass(api: Api) -> None:
    """Make every undecided command so old that nobody is taken to wait for it any more."""
    execute(api.factory, "UPDATE commands SET received_at = received_at - interval '5 minutes' WHERE state = 'PENDING'")


def slug(answer: Any) -> str:
    """The kind of problem an answer tells of."""
    return str(answer.json()["type"]).rsplit("/", 1)[-1]
