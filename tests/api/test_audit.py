from datetime import UTC, datetime, timedelta
from typing import Any

from models.connections.ids import new_id
from models.connections.mongo import mongo
from tests.api.conftest import Api
from worker.relays.outbox import relay_all

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _told(api: Api, count: int, **fields: Any) -> None:
    """Put entries into the trail as the relay does, one a minute."""
    entries = [
        {
            "_id": str(new_id()), "tenant_id": str(api.factory.id), "action": "parts:created", "module": "catalog",
            "user_id": str(api.factory.actor().user_id), "timestamp": NOON + timedelta(minutes=number // 2),
            "subject_id": str(new_id()), "command_id": None, "before": None, "after": {"number": number}, **fields,
        }
        for number in range(count)
    ]  # fmt: skip
    mongo()["audit_logs"].insert_many(entries)


def test_the_trail_is_walked_whole_newest_first(api: Api, stranger: Api) -> None:
    _told(api, 7)
    _told(stranger, 3)
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/audit?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [entry["after"]["number"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == list(range(7))
    assert [number // 2 for number in seen] == [3, 2, 2, 1, 1, 0, 0]


def test_the_trail_is_filtered(api: Api) -> None:
    _told(api, 4)
    _told(api, 1, action="parts:updated", module="other")
    assert len(api.get("/audit?action=parts:updated").json()["items"]) == 1
    assert len(api.get("/audit?module=catalog").json()["items"]) == 4
    assert len(api.get("/audit?since=2026-11-20T12:01:00Z").json()["items"]) == 2
    assert len(api.get("/audit?until=2026-11-20T12:01:00Z").json()["items"]) == 3
    assert api.get(f"/audit?user_id={new_id()}").json()["items"] == []
    assert len(api.get(f"/audit?user_id={api.factory.actor().user_id}").json()["items"]) == 5


def test_only_auditors_read_the_trail(api: Api) -> None:
    assert api.as_("technician").get("/audit").status_code == 403
    assert api.get("/audit?q=x").status_code == 422
    assert api.get("/audit?cursor=x").json()["type"] == "/problems/bad-cursor"


def test_what_is_done_can_be_read_in_the_trail(api: Api) -> None:
    began = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    part = api.made("/parts", {"sku": "A", "name": "x"})
    api.made("/parts", {"sku": "B", "name": "x"})
    relay_all()
    entries = api.get(f"/audit?subject_id={part['id']}&since={began}").json()["items"]
    assert [(entry["action"], entry["after"]["sku"]) for entry in entries] == [("parts:created", "A")]
