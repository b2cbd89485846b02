from collections.abc import Callable
from typing import Any

import pytest

from models.rules.access import Role
from tests.api.conftest import Api

Bench = Callable[..., dict[str, Any]]


class Desk:
    """One person's editor of a draft: what they saw last, and what they send."""

    def __init__(self, api: Api, template_id: str, version: int = 1) -> None:
        self.api, self.path, self.version = api, f"/templates/{template_id}", version

    def edit(self, kind: str, **more: Any) -> Any:
        answer = self.api.post(f"{self.path}/edits", {"edit": {"kind": kind, **more}}, if_match=f'"{self.version}"')
        if answer.status_code == 200:
            self.version = answer.json()["template"]["row_version"]
        return answer

    def change(self, step: str, **changes: Any) -> Any:
        return self.edit("change_step", step=step, changes=changes)

    def steps(self) -> dict[str, Any]:
        return {step["key"]: step for step in self.api.get(self.path).json()["document"]["steps"]}

    def history(self) -> Any:
        return self.api.get(f"{self.path}/history").json()


@pytest.fixture
def desk(api: Api, bench: Bench) -> Desk:
    return Desk(api, api.made("/templates", bench())["id"])


def test_a_draft_is_edited_step_by_step_and_taken_back(desk: Desk) -> None:
    desk.change("mount", run_minutes="7")
    added = desk.edit("add_step", after="mount", name="Pack").json()
    assert added["selected"] == "step-1"
    assert [desk.edit("undo").status_code for _ in range(2)] == [200, 200]
    assert desk.steps()["mount"]["run_minutes"] != "7"
    assert (desk.history()["may_undo"], desk.history()["may_redo"]) == (False, True)
    nothing = desk.edit("undo")
    assert (nothing.status_code, nothing.json()["type"]) == (409, "/problems/conflict")
    desk.edit("redo")
    assert desk.steps()["mount"]["run_minutes"] == "7"
    desk.change("mount", crew=2)
    assert desk.history()["may_redo"] is False
    assert [one["touched"] for one in desk.history()["revisions"]] == [["mount crew"], ["mount run_minutes"]]


def test_typing_on_in_one_field_is_one_change(desk: Desk) -> None:
    before = desk.steps()["cut"]["name"]
    for name in ("C", "Cu", "Cut it"):
        desk.change("cut", name=name)
    assert len(desk.history()["revisions"]) == 1
    desk.edit("undo")
    assert desk.steps()["cut"]["name"] == before


def test_a_circle_is_refused_with_its_path(desk: Desk) -> None:
    refused = desk.edit("link_steps", before="mount", after="cut")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/edit-refused")
    assert refused.json()["path"] == ["cut", "mount", "cut"]
    assert desk.history()["revisions"] == []


def test_two_who_edit_different_things_lose_nothing(desk: Desk) -> None:
    other = Desk(desk.api.as_(Role.MANAGER), desk.path.removeprefix("/templates/"))
    other.change("cut", name="Cut to length")
    merged = desk.change("mount", crew=3).json()["merged"]
    assert [(one["made_by"], one["touched"]) for one in merged] == [("The manager", ["cut name"])]
    steps = desk.steps()
    assert (steps["cut"]["name"], steps["mount"]["crew"]) == ("Cut to length", 3)


def test_two_who_edit_the_same_are_told_who_was_first(desk: Desk) -> None:
    other = Desk(desk.api.as_(Role.MANAGER), desk.path.removeprefix("/templates/"))
    other.change("cut", name="Cut to length")
    refused = desk.change("cut", name="Saw")
    assert (refused.status_code, refused.json()["current_version"]) == (412, 2)
    assert [(one["made_by"], one["touched"]) for one in refused.json()["revisions"]] == [("The manager", ["cut name"])]
    assert desk.edit("undo").status_code == 412
    desk.version = 2
    assert desk.change("cut", name="Saw").status_code == 200


def test_a_whole_document_sent_is_a_change_like_any_other(desk: Desk, bench: Bench) -> None:
    document = bench()
    document["steps"][0]["name"] = "Saw"
    assert desk.api.put(desk.path, document, 1).status_code == 200
    assert desk.history()["revisions"][0]["touched"] == ["cut name"]
    desk.version = 2
    desk.edit("undo")
    assert desk.steps()["cut"]["name"] != "Saw"
    assert desk.api.delete(desk.path, 3).status_code == 204


def test_a_published_version_takes_no_edit_and_keeps_why_it_was_published(desk: Desk) -> None:
    published = desk.api.post(f"{desk.path}/publish", {"reason": "New screws"}).json()
    assert (published["publish_reason"], published["published_by"]) == ("New screws", "The admin")
    desk.version = published["row_version"]
    assert desk.change("cut", name="Saw").status_code == 409
    assert desk.api.get(f"{desk.path}/usage").json() == {"orders": 0, "open_orders": 0}
