import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.connections.ids import new_id
from models.connections.mongo import mongo
from models.connections.postgres import begin
from models.messages.origin import Origin, origin
from models.records import audit
from models.records import audit_trail as records
from models.rules.audit import codes
from tests.api.conftest import Api
from tests.floor import execute
from worker.relays.outbox import relay

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _told(api: Api, count: int, **fields: Any) -> None:
    """Put entries into the trail as they were before chaining, one a minute."""
    entries = [
        {
            "_id": str(new_id()), "tenant_id": str(api.factory.id), "action": "parts:created", "module": "catalog",
            "user_id": str(api.factory.actor().user_id), "timestamp": NOON + timedelta(minutes=number // 2),
            "subject_id": str(new_id()), "command_id": None, "before": None, "after": {"number": number}, **fields,
        }
        for number in range(count)
    ]  # fmt: skip
    mongo()["audit_logs"].insert_many([entry | {"codes": codes(entry)} for entry in entries])


def _count(api: Api, query: str) -> int:
    answer = api.get(f"/audit?{query}")
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


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
    assert _count(api, "action=parts:updated") == 1
    assert _count(api, "action=parts:updated&action=parts:created") == 5
    assert _count(api, "module=catalog") == 4
    assert _count(api, "module=catalog&module=other&action=parts:updated") == 1
    assert _count(api, "since=2026-11-20T12:01:00Z") == 2
    assert _count(api, "until=2026-11-20T12:01:00Z") == 3
    assert _count(api, f"user_id={new_id()}") == 0
    assert _count(api, f"user_id={api.factory.actor().user_id}") == 5


def test_what_was_refused_is_told_from_what_was_done(api: Api) -> None:
    _told(api, 2)
    _told(api, 3, refused=True)
    _told(api, 4, refused=False)
    assert (_count(api, "refused=true"), _count(api, "refused=false"), _count(api, "")) == (3, 6, 9)


def test_the_trail_is_filtered_by_where_things_came_from(api: Api) -> None:
    key, session = str(new_id()), str(new_id())
    _told(api, 1, origin={"address": "10.0.0.7", "key_id": key, "session_id": None})
    _told(api, 2, origin={"address": "10.0.0.70", "key_id": None, "session_id": session})
    _told(api, 4, origin=None)
    assert _count(api, f"key_id={key}") == 1
    assert _count(api, f"session_id={session}") == 2
    assert _count(api, "address=10.0.0.7") == 1
    assert _count(api, f"key_id={key}&session_id={session}") == 0


def test_the_trail_is_searched_by_the_beginning_of_a_code_or_name_and_nothing_is_a_pattern(api: Api) -> None:
    _told(api, 1, after={"code": "WO-000012", "job": "JOB-000003"})
    _told(api, 2, before={"code": "WO-000013"}, after=None)
    _told(api, 1, after={"name": "50% (b.l.u.e)\\"})
    for words, count in (
        ("WO-0000", 3), ("wo-000012", 1), ("job-000003", 1), ("O-0000", 0), ("50%25 (B.", 1), ("50%25 (b.l.u.e)\\", 1),
        (".*", 0), ("^wo", 0), ("$ne", 0), ("WO-00001[23]", 0), ("{}", 0), ("😀", 0),
    ):  # fmt: skip
        assert _count(api, f"q={words}") == count, words


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"q": "wo-1"}, "by_code"), ({"refused": True}, "newest_refused"), ({"key_id": new_id()}, "by_key_id"),
        ({"session_id": new_id()}, "by_session_id"), ({"address": "10.0.0.1"}, "by_address"),
        ({"module": ("catalog",)}, "by_module"), ({"action": ("a", "b")}, "by_action"), ({}, "newest"),
    ],
)  # fmt: skip
def test_every_filter_has_its_index(api: Api, filters: dict[str, Any], index: str) -> None:
    from models.messages.audit_trail import AuditSelection

    _told(api, 300, module="other", refused=False)
    _told(api, 1, after={"code": "WO-1"}, origin={"address": "10.0.0.1"})
    found = records._newest(records._wanted(api.factory.id, AuditSelection(**filters)))  # noqa: SLF001 - its plan counts
    plan = str(found.explain()["queryPlanner"]["winningPlan"])
    assert f"'indexName': '{index}'" in plan
    assert "COLLSCAN" not in plan


def test_entries_bear_the_names_people_have_today(api: Api) -> None:
    _told(api, 1)
    _told(api, 1, user_id=str(new_id()))
    _told(api, 1, user_id=None)
    execute(api.factory, "UPDATE users SET display_name = 'Ada the Great' WHERE role = 'admin'")
    names = [entry["user"] for entry in api.get("/audit").json()["items"]]
    assert sorted(names, key=str) == ["Ada the Great", None, None]


def test_only_auditors_read_the_trail(api: Api) -> None:
    for path in ("/audit", "/audit/export", "/audit/verification"):
        assert api.as_("technician").get(path).status_code == 403
        assert api.as_("manager").get(path).status_code == 200
    assert api.get("/audit?cursor=x").json()["type"] == "/problems/bad-cursor"
    for wrong in ("sort=action", "refused=perhaps", "key_id=x", "nonsense=1", f"q={'x' * 300}", "q=%00"):
        assert api.get(f"/audit?{wrong}").status_code == 422, wrong
    assert api.get("/audit/export?format=xls").status_code == 422
    assert api.get("/audit/verification?latest=0").status_code == 422


def test_what_is_done_can_be_read_in_the_trail(api: Api) -> None:
    began = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    part = api.made("/parts", {"sku": "A", "name": "x"})
    api.made("/parts", {"sku": "B", "name": "x"})
    relay(api.factory.id)
    entries = api.get(f"/audit?subject_id={part['id']}&since={began}").json()["items"]
    assert [(entry["action"], entry["after"]["sku"]) for entry in entries] == [("parts:created", "A")]
    assert entries[0]["user"] == api.factory.actor().display_name
    assert (entries[0]["seq"], len(entries[0]["hash"])) == (1, 64)
    assert entries[0]["origin"]["session_id"] is not None
    assert entries[0]["origin"]["address"]


def test_the_trail_is_verified_for_a_page(api: Api, stranger: Api) -> None:
    for number in range(4):
        api.made("/parts", {"sku": f"P-{number}", "name": "x"})
    stranger.made("/parts", {"sku": "S", "name": "x"})
    relay(api.factory.id)
    relay(stranger.factory.id)
    assert api.get("/audit/verification").json() == {
        "sound": True, "checked": 4, "first_seq": 1, "last_seq": 4, "whole": True, "unchained": 0, "findings": [],
        "more_findings": 0,
    }  # fmt: skip
    latest = api.get("/audit/verification?latest=2").json()
    assert (latest["checked"], latest["first_seq"], latest["whole"]) == (2, 3, False)
    mongo()["audit_logs"].delete_one({"tenant_id": str(api.factory.id), "seq": 2})
    found = api.get("/audit/verification").json()
    assert found["sound"] is False
    assert [(one["fault"], one["first_seq"], one["last_seq"]) for one in found["findings"]] == [("removed", 2, 2)]
    assert stranger.get("/audit/verification").json()["sound"]


def test_what_is_no_entry_stops_nobody_from_reading(api: Api) -> None:
    _put(api, 3)
    mine = {"tenant_id": str(api.factory.id)}
    mongo()["audit_logs"].insert_many([
        mine | {"_id": str(new_id())}, mine | {"_id": str(new_id()), "timestamp": "soon"},
        mine | {"_id": str(new_id()), "timestamp": datetime.now(UTC)}, mine | {"timestamp": datetime.now(UTC)},
    ])  # fmt: skip
    seen, cursor = 0, ""
    while cursor is not None:
        page = api.get("/audit?limit=1" + (f"&cursor={cursor}" if cursor else "")).json()
        seen, cursor = seen + len(page["items"]), page["next_cursor"]
    assert seen == 3
    assert len(api.get("/audit/export?format=jsonl").text.splitlines()) == 3
    assert api.get("/audit/verification").json()["sound"] is False


def _put(api: Api, count: int, **fields: Any) -> None:
    """Put entries into the trail by the product itself."""
    token = origin.set(Origin(address="10.0.0.9", agent='=HYPERLINK("http://evil")'))
    with begin(api.factory.id) as session:
        for number in range(count):
            audit.record(
                session, tenant_id=api.factory.id, module="catalog", actor_id=api.factory.actor().user_id,
                subject_id=new_id(), **({"action": "parts:created", "after": {"sku": f"P-{number}"}} | fields),
            )  # fmt: skip
    origin.reset(token)
    while relay(api.factory.id):
        pass


def test_the_trail_is_taken_along_as_lines_of_json(api: Api, stranger: Api) -> None:
    _put(stranger, 2)
    _put(api, 1200)
    _put(api, 3, action="parts:updated")
    answer = api.get("/audit/export?format=jsonl&action=parts:created")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert ".jsonl" in answer.headers["content-disposition"]
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert len(entries) == len({entry["id"] for entry in entries}) == 1200
    moments = [datetime.fromisoformat(entry["timestamp"]) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert {entry["user"] for entry in entries} == {api.factory.actor().display_name}


def test_the_trail_is_taken_along_as_a_table_in_which_nothing_runs(api: Api) -> None:
    _put(api, 1, after={"code": "x", "note": 'a "quoted",\n=1+1'})
    for action in ("=cmd|'/C calc'!A0", "+1", "-1", "@SUM(1)", "\tx"):
        _told(api, 1, action=action)
    answer = api.get("/audit/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 6
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    told = next(row for row in rows if row["action"] == "parts:created")
    assert json.loads(told["after"]) == {"code": "x", "note": 'a "quoted",\n=1+1'}
    assert (told["address"], told["agent"], told["refused"]) == ("10.0.0.9", '\'=HYPERLINK("http://evil")', "false")
    assert (told["user"], told["seq"]) == (api.factory.actor().display_name, "1")


def test_an_empty_export_is_a_table_without_rows(api: Api) -> None:
    answer = api.get("/audit/export?q=nothing")
    assert answer.status_code == 200
    assert list(csv.DictReader(io.StringIO(answer.text))) == []
    assert api.get("/audit/export?q=nothing&format=jsonl").text == ""


def test_taking_the_trail_along_is_an_entry_itself(api: Api) -> None:
    api.get("/audit/export?format=jsonl&module=catalog&refused=false&q=maria&address=10.0.0.1")
    relay(api.factory.id)
    (entry,) = api.get("/audit?action=audit:exported").json()["items"]
    assert entry["user_id"] == str(api.factory.actor().user_id)
    assert entry["after"] == {
        "format": "jsonl", "filters": {"module": ["catalog"], "refused": False}, "searched_by": ["address", "q"],
    }  # fmt: skip
