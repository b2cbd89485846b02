"""Pictures of a draft's steps while the steps change: they go where their step goes, and nowhere else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.test_files import PNG
from tests.api.test_template_edits import Desk
from tests.factories import Factory
from tests.floor import rows

Bench = Callable[..., dict[str, Any]]


class Pictures:
    """The pictures of one draft, and its editor."""

    def __init__(self, api: Api, template_id: str) -> None:
        self.api, self.template_id, self.desk = api, template_id, Desk(api, template_id)

    def hang(self, step: str, caption: str) -> str:
        sent = self.api.factory.headers(self.api.role, idempotency_key=str(uuid4()))
        kept = self.api.client.post("/api/v1/files", files={"file": ("x.png", PNG, "image/png")}, headers=sent).json()
        place = {"file_id": kept["id"], "template_id": self.template_id, "step": step, "caption": caption}
        return str(self.api.made("/attachments", place)["id"])

    def shown(self, template_id: str | None = None) -> dict[str, list[str]]:
        """The captions by step, in the order in which they are shown."""
        found = self.api.get(f"/attachments?template_id={template_id or self.template_id}").json()["items"]
        by_step: dict[str, list[str]] = {}
        for one in found:
            by_step.setdefault(one["step"], []).append(one["caption"])
        return by_step


@pytest.fixture
def pictures(api: Api, bench: Bench) -> Pictures:
    made = Pictures(api, api.made("/templates", bench())["id"])
    for caption in ("First", "Second"):
        made.hang("cut", caption)
    return made


def test_pictures_follow_their_step_to_a_new_key_and_back(pictures: Pictures) -> None:
    pictures.desk.change("cut", key="saw")
    assert pictures.shown() == {"saw": ["First", "Second"]}
    pictures.desk.edit("undo")
    assert pictures.shown() == {"cut": ["First", "Second"]}
    pictures.desk.edit("redo")
    assert pictures.shown() == {"saw": ["First", "Second"]}


def test_a_deleted_step_takes_its_pictures_along_and_undo_brings_both_back(pictures: Pictures) -> None:
    pictures.hang("mount", "Other")
    pictures.desk.edit("delete_step", step="cut")
    assert pictures.shown() == {"mount": ["Other"]}
    pictures.desk.edit("undo")
    assert pictures.shown() == {"cut": ["First", "Second"], "mount": ["Other"]}
    pictures.desk.edit("redo")
    assert pictures.shown() == {"mount": ["Other"]}


def test_a_new_step_of_an_old_key_does_not_show_what_the_old_one_showed(pictures: Pictures, api: Api) -> None:
    pictures.desk.edit("delete_step", step="cut")
    added = pictures.desk.edit("add_step", name="Cut anew").json()["selected"]
    pictures.desk.change(added, key="cut")
    assert pictures.shown() == {}
    pictures.hang("cut", "New")
    clone = api.made(f"/templates/{pictures.template_id}/clone")
    assert pictures.shown(clone["id"]) == {"cut": ["New"]}
    for _ in range(3):
        assert pictures.desk.edit("undo").status_code == 200
    assert pictures.shown() == {"cut": ["First", "Second"]}


def test_what_was_hung_at_a_step_comes_back_with_it_when_its_adding_is_done_again(pictures: Pictures) -> None:
    added = pictures.desk.edit("add_step", after="cut").json()["selected"]
    pictures.hang(added, "At the new one")
    pictures.desk.edit("undo")
    assert pictures.shown() == {"cut": ["First", "Second"]}
    pictures.desk.edit("redo")
    assert pictures.shown() == {"cut": ["First", "Second"], added: ["At the new one"]}
    pictures.desk.edit("undo")
    pictures.desk.change("mount", crew=2)
    pictures.desk.edit("add_step", after="cut")
    assert pictures.shown() == {"cut": ["First", "Second"]}


def test_a_copied_step_has_the_pictures_too_and_they_are_its_own(pictures: Pictures, api: Api) -> None:
    copy = pictures.desk.edit("duplicate_step", step="cut").json()["selected"]
    assert pictures.shown() == {"cut": ["First", "Second"], copy: ["First", "Second"]}
    found = api.get(f"/attachments?template_id={pictures.template_id}").json()["items"]
    gone = next(one["id"] for one in found if one["step"] == copy)
    assert api.delete(f"/attachments/{gone}").status_code == 204
    assert pictures.shown() == {"cut": ["First", "Second"], copy: ["Second"]}


def test_a_picture_taken_away_comes_back_by_undo_and_goes_by_redo(pictures: Pictures, api: Api, audited: Any) -> None:
    gone = pictures.hang("cut", "Third")
    pictures.desk.change("mount", crew=2)
    assert api.delete(f"/attachments/{gone}").status_code == 204
    assert api.delete(f"/attachments/{gone}").status_code == 404
    assert api.put(f"/attachments/{gone}/caption", {"caption": "Late"}).status_code == 404
    assert pictures.desk.history()["revisions"][0]["kind"] == "detach_file"
    clone = api.made(f"/templates/{pictures.template_id}/clone")
    assert pictures.desk.change("cut", key="saw").status_code == 200
    for shown in ({"cut": ["First", "Second"]}, {"cut": ["First", "Second", "Third"]}):
        assert pictures.desk.edit("undo").status_code == 200
        assert pictures.shown() == shown
    assert pictures.desk.steps()["mount"]["crew"] == 2
    pictures.desk.edit("redo")
    assert pictures.shown() == pictures.shown(clone["id"]) == {"cut": ["First", "Second"]}
    pictures.desk.edit("undo")
    pictures.desk.edit("undo")
    assert pictures.desk.steps()["mount"]["crew"] == 1
    assert pictures.shown() == {"cut": ["First", "Second", "Third"]}
    told = [one["action"] for one in audited() if one["action"].startswith("files:")]
    assert told[-4:] == ["files:detached", "files:attached", "files:detached", "files:attached"]


def test_what_is_taken_away_and_not_brought_back_is_gone_when_its_change_is_forgotten(
    pictures: Pictures, api: Api, tenant: Factory
) -> None:
    gone = pictures.hang("cut", "Third")
    pictures.desk.edit("add_step", after="cut")
    pictures.desk.edit("undo")
    assert api.delete(f"/attachments/{gone}").status_code == 204
    assert pictures.desk.history()["may_redo"] is False
    assert api.delete(pictures.desk.path, pictures.desk.version).status_code == 204
    assert rows(tenant, "SELECT id FROM attachments") == []


def test_a_document_sent_as_a_whole_puts_away_the_pictures_of_steps_it_lacks(pictures: Pictures, bench: Bench) -> None:
    document = bench()
    document["steps"] = [{**document["steps"][1], "after": []}]
    assert pictures.api.put(pictures.desk.path, document, 1).status_code == 200
    assert pictures.shown() == {}
    pictures.desk.version = 2
    pictures.desk.edit("undo")
    assert pictures.shown() == {"cut": ["First", "Second"]}


def test_a_caption_is_changed_in_a_draft_and_told_to_the_trail(pictures: Pictures, api: Api, audited: Any) -> None:
    picture = pictures.hang("mount", "Wrong")
    changed = api.put(f"/attachments/{picture}/caption", {"caption": "Right"})
    assert (changed.status_code, changed.json()["caption"]) == (200, "Right")
    assert api.put(f"/attachments/{picture}/caption", {"caption": "Right"}).status_code == 200
    assert [one["action"] for one in audited()].count("files:captioned") == 1
    assert api.put(f"/attachments/{picture}/caption", {"caption": "x" * 201}).status_code == 422
    assert api.as_(Role.TECHNICIAN).put(f"/attachments/{picture}/caption", {"caption": "x"}).status_code == 403
    api.made(f"/templates/{pictures.template_id}/publish")
    assert api.put(f"/attachments/{picture}/caption", {"caption": "Late"}).status_code == 409
    assert pictures.shown()["mount"] == ["Right"]
