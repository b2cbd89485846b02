"""Webhooks: who may have them, where they may go, and that each event arrives once, signed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from models.connections.settings import settings
from models.records.webhook_deliveries import fan_out, take
from models.rules.access import Role
from models.rules.webhooks import MOST_FAILURES
from tests.api.conftest import Api
from tests.api.running import until
from tests.floor import execute, rows, scalar
from tests.receiver import Receiver, receiving
from tests.working import environment, working
from worker.relays.outbox import relay
from worker.relays.webhooks import deliver

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with environment(FACTORYOS_WEBHOOK_NETWORKS=LOOPBACK), receiving() as made:
        yield made


def hook(api: Api, receiver: Receiver, *events: str, **more: Any) -> Any:
    return api.made("/webhooks", {"url": f"{receiver.url}/hook", "events": events or ("suppliers:*",), **more})


def supplier(api: Api, code: str = "S") -> Any:
    return api.made("/suppliers", {"code": code, "name": "Someone"})


async def carry(api: Api) -> None:
    """What the worker's relays do for this factory, with what waits for its next try due at once."""
    relay(api.factory.id)
    execute(api.factory, "UPDATE webhook_deliveries SET next_at = now() WHERE ended_at IS NULL")
    await deliver(api.factory.id)


def deliveries(api: Api, made: Any) -> Any:
    return api.get(f"/webhooks/{made['id']}/deliveries").json()["items"]


async def test_an_event_arrives_once_signed_and_without_where_it_came_from(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver, "suppliers:created")
    subject = supplier(api)
    api.made("/parts", {"sku": "P", "name": "P"})
    await carry(api)
    execute(api.factory, "UPDATE outbox SET sent_at = NULL")
    await carry(api)
    ((path, headers, body),) = receiver.arrived
    assert path == "/hook"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    told = Webhook(made["secret"]).verify(body, headers)
    assert told["type"] == "suppliers:created"
    assert told["data"]["subject_id"] == subject["id"]
    assert told["data"]["after"]["code"] == "S"
    assert told["data"]["id"] == headers["webhook-id"]
    assert set(told["data"]) == {"id", "module", "user_id", "subject_id", "command_id", "before", "after"}
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(body.replace(b"S", b"T"), headers)
    (delivery,) = deliveries(api, made)
    assert (delivery["delivered"], delivery["attempts"], delivery["answer"]) == (True, 1, "HTTP 200 thanks")


async def test_refused_attempts_and_other_factories_are_not_told(api: Api, stranger: Api, receiver: Receiver) -> None:
    made = hook(api, receiver, "access:*", "suppliers:*")
    api.as_(Role.VIEWER).post("/suppliers", {"code": "S", "name": "S"})
    supplier(stranger)
    await carry(api)
    await carry(stranger)
    assert receiver.arrived == []
    assert deliveries(api, made) == []
    for path in (f"/webhooks/{made['id']}", f"/webhooks/{made['id']}/deliveries"):
        assert stranger.get(path).status_code == 404


async def test_what_happened_before_a_webhook_was_made_is_not_told(api: Api, receiver: Receiver) -> None:
    supplier(api, "OLD")
    hook(api, receiver)
    supplier(api, "NEW")
    await carry(api)
    assert [json.loads(body)["data"]["after"]["code"] for _, _, body in receiver.arrived] == ["NEW"]


async def test_a_failed_delivery_is_tried_again_later_under_the_same_id(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    receiver.says(500, b"not \x00 now\r\n")
    supplier(api)
    began = datetime.now(UTC)
    await carry(api)
    (first,) = deliveries(api, made)
    assert (first["delivered"], first["ended_at"], first["answer"]) == (False, None, "HTTP 500 not   now")
    assert scalar(api.factory, "SELECT next_at FROM webhook_deliveries") >= began + timedelta(seconds=5)
    execute(api.factory, "UPDATE webhook_deliveries SET next_at = next_at + interval '1 hour'")  # however long it took
    await deliver(api.factory.id)
    assert len(receiver.arrived) == 1, "not before its time"
    assert api.get(f"/webhooks/{made['id']}").json()["failures"] == 1
    receiver.says(204)
    await carry(api)
    assert [headers["webhook-id"] for _, headers, _ in receiver.arrived] == [first["event_id"]] * 2
    (then,) = deliveries(api, made)
    assert (then["delivered"], then["attempts"]) == (True, 2)
    assert api.get(f"/webhooks/{made['id']}").json()["failures"] == 0


async def test_after_a_day_of_tries_a_delivery_is_given_up(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    receiver.says(500)
    supplier(api)
    await carry(api)
    execute(api.factory, "UPDATE webhook_deliveries SET attempts = 10")
    await carry(api)
    (delivery,) = deliveries(api, made)
    assert delivery["delivered"] is False
    assert delivery["ended_at"] is not None
    await carry(api)
    assert len(receiver.arrived) == 2


async def test_a_redirect_is_a_failure_and_not_followed(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    receiver.says(302, Location=f"{receiver.url}/elsewhere")
    supplier(api)
    await carry(api)
    assert [path for path, _, _ in receiver.arrived] == ["/hook"]
    assert deliveries(api, made)[0]["answer"] == "HTTP 302"


async def test_an_endless_answer_is_read_for_a_kilobyte(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    receiver.says(200, b"x" * 50_000_000)
    supplier(api)
    await carry(api)
    assert deliveries(api, made)[0]["answer"] == "HTTP 200 " + "x" * 200


async def test_nobody_there_is_a_failure_like_any_other(api: Api, receiver: Receiver) -> None:
    made = api.made("/webhooks", {"url": "http://127.0.0.1:1024/hook", "events": ["suppliers:*"]})
    supplier(api)
    await carry(api)
    assert deliveries(api, made)[0]["answer"] == "The call failed: ConnectError."
    assert receiver.arrived == []


async def test_a_network_that_is_no_longer_allowed_is_not_called_any_more(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    supplier(api)
    with environment(FACTORYOS_WEBHOOK_NETWORKS=""):
        await carry(api)
    assert receiver.arrived == []
    assert "private or special network" in deliveries(api, made)[0]["answer"]


async def test_fifty_failures_in_a_row_switch_a_webhook_off(api: Api, receiver: Receiver, audited: Any) -> None:
    made = hook(api, receiver)
    receiver.says(503)
    supplier(api, "A")
    supplier(api, "B")
    execute(api.factory, "UPDATE webhooks SET failures = :many", many=MOST_FAILURES - 2)
    await carry(api)
    now = api.get(f"/webhooks/{made['id']}").json()
    assert (now["active"], now["failures"]) == (False, MOST_FAILURES)
    assert "HTTP 503" in now["disabled_reason"]
    assert all(delivery["ended_at"] for delivery in deliveries(api, made))
    assert [entry["action"] for entry in audited()][-1] == "webhooks:disabled"
    supplier(api, "C")
    await carry(api)
    assert len(receiver.arrived) == 2
    fields = {"url": made["url"], "events": made["events"]}
    again = api.put(f"/webhooks/{made['id']}", fields, version=now["row_version"]).json()
    assert (again["active"], again["failures"], again["disabled_reason"]) == (True, 0, None)


async def test_a_delivery_is_sent_again_on_request(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    supplier(api)
    await carry(api)
    (delivery,) = deliveries(api, made)
    again = api.post(f"/webhook-deliveries/{delivery['id']}/redeliver")
    assert (again.status_code, again.json()["delivered"]) == (202, False)
    await carry(api)
    assert [headers["webhook-id"] for _, headers, _ in receiver.arrived] == [delivery["event_id"]] * 2
    assert len(deliveries(api, made)) == 1
    api.delete(f"/webhooks/{made['id']}", version=made["row_version"])
    assert api.post(f"/webhook-deliveries/{delivery['id']}/redeliver").status_code == 409


async def test_a_webhook_is_tried_on_request(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver, "orders:created")
    tried = api.post(f"/webhooks/{made['id']}/test")
    assert (tried.status_code, tried.json()["event"]) == (202, "webhooks:test")
    await carry(api)
    ((_, headers, body),) = receiver.arrived
    assert Webhook(made["secret"]).verify(body, headers)["type"] == "webhooks:test"


async def test_a_switched_off_webhook_gets_nothing_more(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    supplier(api)
    relay(api.factory.id)
    off = api.delete(f"/webhooks/{made['id']}", version=made["row_version"]).json()
    assert off["active"] is False
    supplier(api, "T")
    await carry(api)
    assert receiver.arrived == []
    assert [one["answer"] for one in deliveries(api, made)] == ["The webhook was switched off."]
    assert api.post(f"/webhooks/{made['id']}/test").status_code == 409


def test_two_relays_make_one_delivery_of_an_event(api: Api, receiver: Receiver) -> None:
    hook(api, receiver)
    supplier(api)
    (row,) = rows(api.factory, "SELECT id, data FROM outbox WHERE data->>'action' = 'suppliers:created'")
    for _ in range(2):
        with api.factory.begin() as session:
            assert fan_out(session, [(row.id, row.data)]) == 1
    assert scalar(api.factory, "SELECT count(*) FROM webhook_deliveries") == 1


def test_a_delivery_that_is_being_made_is_left_alone_until_its_relay_must_be_dead(api: Api, receiver: Receiver) -> None:
    hook(api, receiver)
    supplier(api)
    relay(api.factory.id)
    taken = []
    for _ in range(2):
        with api.factory.begin() as session:
            taken.append(len(take(session, 8)))
    assert taken == [1, 0]
    execute(api.factory, "UPDATE webhook_deliveries SET next_at = next_at - interval '60 seconds'")
    with api.factory.begin() as session:
        assert [due.attempt for due in take(session, 8)] == [2]


def test_a_running_worker_carries_events_by_itself(api: Api, receiver: Receiver) -> None:
    hook(api, receiver)
    with working(relays=True, queue="webhooks"):
        supplier(api)
        until(lambda: receiver.arrived)
    assert json.loads(receiver.arrived[0][2])["type"] == "suppliers:created"


def test_a_secret_is_shown_once_and_stored_sealed(api: Api, receiver: Receiver) -> None:
    wanted = {"url": f"{receiver.url}/hook?token=of-theirs", "events": ["orders:*", "orders:*"]}
    first = api.post("/webhooks", wanted, idempotency_key="once").json()
    assert first["events"] == ["orders:*"]
    assert first["secret"].startswith("whsec_")
    assert api.post("/webhooks", wanted, idempotency_key="once").json() == first | {"secret": None}
    kept = [api.get("/webhooks").text, api.get(f"/webhooks/{first['id']}").text]
    for table in ("webhooks", "idempotency_keys", "outbox"):
        kept += [str(row) for row in rows(api.factory, f"SELECT * FROM {table}")]  # noqa: S608
    assert not [text for text in kept if first["secret"].removeprefix("whsec_") in text]
    trail = str([row.data for row in rows(api.factory, "SELECT data FROM outbox")])
    assert "of-theirs" not in trail
    assert "webhooks:created" in trail


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data", "https://0x7f.1/", "https://2130706433/", "https://0/",
        "https://[::ffff:10.0.0.1]/", "https://user:pass@8.8.8.8/", "https://8.8.8.8:22/", "https://8.8.8.8:25/",
        "https://no-such-host.invalid/", "https://8.8.8.8:99999/", "https://", "https:///x", "ftp://8.8.8.8/",
        "https://[fd00:ec2::254]/", "https://exa mple/", "javascript:alert(1)", "https://127.1:8443/", "x",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused_at_once(api: Api, url: str) -> None:
    assert settings().factoryos_webhook_networks == ""
    refused = api.post("/webhooks", {"url": url, "events": ["orders:*"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/url")
    assert "10.0.0" not in refused.json()["detail"]


def test_a_changed_address_is_checked_as_well(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    fields = {"url": "https://10.0.0.8/", "events": ["orders:*"]}
    assert api.put(f"/webhooks/{made['id']}", fields, version=made["row_version"]).status_code == 422


@pytest.mark.parametrize("events", [[], ["orders"], ["*"], ["*:*"], ["Orders:created"], ["orders:*x"], [None], [""]])
def test_events_are_named_by_their_tags(api: Api, receiver: Receiver, events: Any) -> None:
    assert api.post("/webhooks", {"url": receiver.url, "events": events}).status_code == 422


def test_events_that_never_happen_are_refused(api: Api, receiver: Receiver) -> None:
    made = hook(api, receiver)
    fields = {"url": made["url"], "events": ["orders:*", "order:placed"]}
    for refused in (api.post("/webhooks", fields), api.put(f"/webhooks/{made['id']}", fields, version=1)):
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["pointer"]) == (422, "/events")
        assert "Did you mean 'orders:placed'?" in str(refused.json())


def test_only_who_may_edit_webhooks_and_read_the_trail_sends_events_away(api: Api, receiver: Receiver) -> None:
    for role in Role:
        answer = api.as_(role).post("/webhooks", {"url": receiver.url, "events": ["orders:*"]})
        assert answer.status_code == (201 if role in {Role.ADMIN, Role.DEVELOPER} else 403), role
    blind = api.made("/keys", {"name": "x", "scopes": ["webhooks:edit"]})["key"]
    headers = {"Authorization": f"Bearer {blind}", "Idempotency-Key": str(uuid4())}
    wanted = {"url": receiver.url, "events": ["orders:*"]}
    refused = api.client.post("/api/v1/webhooks", json=wanted, headers=headers)
    assert (refused.status_code, refused.json()["permission"]) == (403, "audit:read")
