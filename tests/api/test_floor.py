"""Calls for help, notes, files at their places, and codes that are scanned."""

from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.test_files import PNG
from tests.factories import Factory
from tests.floor import Hands, execute, lamp_job, rows


@pytest.fixture
def hands(tenant: Factory) -> Hands:
    return lamp_job(tenant)


def _id(hands: Hands, key: str = "cut") -> str:
    return str(hands.work_order(key).id)


def _uploaded(api: Api) -> str:
    headers = api.factory.headers(api.role, idempotency_key=str(uuid4()))
    made = api.client.post("/api/v1/files", files={"file": ("x.png", PNG, "image/png")}, headers=headers)
    return str(made.json()["id"])


def test_a_call_is_raised_answered_by_one_and_closed(api: Api, hands: Hands, audited: Any) -> None:
    technician, manager = api.as_(Role.TECHNICIAN), api.as_(Role.MANAGER)
    made = technician.made("/calls", {"work_order_id": _id(hands), "reason": "Machine trouble"})
    assert (made["state"], made["raised_by"], made["work"]) == ("OPEN", "The technician", "Cut wire")
    assert [one["id"] for one in manager.get("/calls?open=true").json()["items"]] == [made["id"]]
    assert technician.post(f"/calls/{made['id']}/answer").status_code == 403
    assert manager.post(f"/calls/{made['id']}/answer").json()["answered_by"] == "The manager"
    assert api.as_(Role.ADMIN).post(f"/calls/{made['id']}/answer").json()["answered_by"] == "The manager"
    assert technician.post(f"/calls/{made['id']}/close").json()["state"] == "CLOSED"
    assert technician.post(f"/calls/{made['id']}/close").json()["state"] == "CLOSED"
    assert manager.post(f"/calls/{made['id']}/answer").status_code == 409
    assert manager.get("/calls?open=true").json()["items"] == []
    assert [entry["action"] for entry in audited() if entry["module"] == "calls"] == [
        "calls:raised", "calls:answered", "calls:closed",
    ]  # fmt: skip


def test_only_who_called_or_a_manager_closes_a_call(api: Api, hands: Hands) -> None:
    made = api.as_(Role.MANAGER).made("/calls", {"work_order_id": _id(hands), "reason": "Quality"})
    assert api.as_(Role.TECHNICIAN).post(f"/calls/{made['id']}/close").status_code == 409


def test_who_sees_only_their_own_work_sees_only_its_calls_notes_and_files(api: Api, hands: Hands) -> None:
    outsourced, technician = api.as_(Role.OUTSOURCED_TECHNICIAN), api.as_(Role.TECHNICIAN)
    call = technician.made("/calls", {"work_order_id": _id(hands), "reason": "Quality"})
    technician.made(f"/work-orders/{_id(hands)}/notes", {"text": "Blunt blade"})
    assert outsourced.get("/calls").json()["items"] == []
    assert outsourced.get(f"/calls/{call['id']}").status_code == 404
    assert outsourced.get(f"/work-orders/{_id(hands)}/notes").status_code == 404
    assert outsourced.get(f"/attachments?work_order_id={_id(hands)}").status_code == 404
    me = api.factory.actor(Role.OUTSOURCED_TECHNICIAN).user_id
    execute(api.factory, "UPDATE work_orders SET assignee_id = :me WHERE step_key = 'cut'", me=me)
    assert outsourced.get(f"/work-orders/{_id(hands)}/notes").json()["items"][0]["text"] == "Blunt blade"
    assert len(outsourced.get("/calls").json()["items"]) == 1


def test_notes_are_told_the_newest_first(api: Api, hands: Hands) -> None:
    technician = api.as_(Role.TECHNICIAN)
    for words in ("First", "Second"):
        technician.made(f"/work-orders/{_id(hands)}/notes", {"text": words})
    found = technician.get(f"/work-orders/{_id(hands)}/notes").json()["items"]
    assert [(one["text"], one["written_by"]) for one in found] == [
        ("Second", "The technician"), ("First", "The technician"),
    ]  # fmt: skip
    assert technician.post(f"/work-orders/{_id(hands)}/notes", {"text": " "}).status_code == 422


def test_pictures_of_a_drafts_step_are_shown_at_its_work_and_go_with_its_next_version(
    api: Api, tenant: Factory
) -> None:
    hands = lamp_job(tenant)
    manager, technician = api.as_(Role.MANAGER), api.as_(Role.TECHNICIAN)
    (law,) = rows(tenant, "SELECT id FROM templates")
    picture = _uploaded(manager)
    at_law = manager.post("/attachments", {"file_id": picture, "template_id": str(law.id), "step": "cut"})
    assert at_law.status_code == 409
    draft = manager.made(f"/templates/{law.id}/clone")
    place = {"file_id": picture, "template_id": draft["id"], "step": "cut", "caption": "Where to cut"}
    made = manager.made("/attachments", place)
    assert technician.post("/attachments", place).status_code == 403
    assert manager.post("/attachments", {**place, "step": "fly"}).status_code == 422
    other = manager.made("/attachments", {**place, "caption": "Wrong one"})
    assert manager.delete(f"/attachments/{other['id']}").status_code == 204
    clone = manager.made(f"/templates/{draft['id']}/clone")
    copied = manager.get(f"/attachments?template_id={clone['id']}").json()["items"]
    assert [(one["caption"], one["file_id"], one["step"]) for one in copied] == [("Where to cut", picture, "cut")]
    assert copied[0]["id"] != made["id"]
    photo = technician.made("/attachments", {"file_id": _uploaded(technician), "work_order_id": _id(hands)})
    assert manager.delete(f"/attachments/{photo['id']}").status_code == 409
    shown = technician.get(f"/attachments?work_order_id={_id(hands)}").json()["items"]
    assert [one["of_step"] for one in shown][-1] is False


@pytest.mark.parametrize("body", [{}, {"work_order_id": str(uuid4()), "template_id": str(uuid4())}, {"step": "cut"}])
def test_a_file_has_one_place(api: Api, tenant: Factory, body: dict[str, str]) -> None:  # noqa: ARG001
    assert api.post("/attachments", {"file_id": str(uuid4()), **body}).status_code == 422
    assert api.get("/attachments").status_code == 422


def test_a_code_means_the_same_bare_in_an_address_and_in_any_case(api: Api, hands: Hands) -> None:
    technician = api.as_(Role.TECHNICIAN)
    order = hands.work_order("cut")
    for words in (order.code, order.code.lower(), f"https://x.example/scan/{order.code}", str(order.id)):
        found = technician.get(f"/scan?code={words}").json()
        assert (found["kind"], found["address"]) == ("work_order", f"/station/{order.id}"), words
    assert technician.get("/scan?code=WIRE|B-7").json()["lot"] == "B-7"
    assert technician.get("/scan?code=lot:B-7").json()["kind"] == "lot"
    assert technician.get("/scan?code=badge:technician").json()["name"] == "The technician"
    assert technician.get("/scan?code=nothing-like-it").status_code == 404


def test_what_is_mine_can_be_handed_over_and_nothing_else(api: Api, hands: Hands) -> None:
    from models.messages.commands import AssignWorkOrder, StartWorkOrder

    manager = api.factory.actor(Role.MANAGER).user_id
    refused = hands.refused(AssignWorkOrder(user_id=manager), "cut", by=Role.TECHNICIAN)
    assert refused.refusal is not None
    assert refused.refusal.kind == "not-yours"
    hands.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    hands.do(AssignWorkOrder(user_id=manager), "cut", by=Role.TECHNICIAN)
    assert hands.work_order("cut").assignee_id == manager


def test_the_lot_of_a_part_stands_in_the_ledger(api: Api, hands: Hands) -> None:  # noqa: ARG001
    from decimal import Decimal

    from models.messages.commands import PartUsed

    used = (PartUsed(part="WIRE", quantity=Decimal("0.4"), lot="B-77"),)
    hands.work("cut", parts_used=used)
    found = rows(hands.factory, "SELECT lot, quantity FROM stock_entries WHERE lot IS NOT NULL AND location = 'stock'")
    assert [(row.lot, float(row.quantity)) for row in found] == [("B-77", -0.4)]
