from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.api.conftest import Api

Bench = Callable[..., dict[str, Any]]
FILE = """
product: {sku: LAMP-2, name: Second lamp}
work_centers:
  GLUE: {name: Gluing bench, machines: 2, cost_per_hour: 21.50}
parts:
  SHADE: {name: Shade, uom: pcs, cost: "~3.10"}
steps:
  - {key: glue, name: Glue the shade, work_center: GLUE, run_min: 2.5, after: [], parts: {SHADE: 1}}
"""


def test_a_draft_is_published_once_and_its_plan_kept(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    assert (draft["code"], draft["version_number"], draft["status"]) == ("TPL-000001", 1, "draft")
    published = api.post(f"/templates/{draft['id']}/publish", if_match='"1"')
    assert published.status_code == 200, published.text
    assert published.json()["status"] == "published"
    plan = api.get(f"/templates/{draft['id']}/plan").json()
    assert plan["content_hash"] == published.json()["content_hash"]
    assert [step["key"] for step in plan["steps"]] == ["cut", "mount"]
    again = api.post(f"/templates/{draft['id']}/publish")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")


def test_a_published_plan_keeps_its_costs_when_the_catalog_changes(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    api.made(f"/templates/{draft['id']}/publish")
    before = api.get(f"/templates/{draft['id']}/plan").json()
    base = next(part for part in api.get("/parts?q=BASE").json()["items"])
    api.put(f"/parts/{base['id']}", {"sku": "BASE", "name": "Base", "unit_cost": "99"}, version=1)
    assert api.get(f"/templates/{draft['id']}/plan").json() == before


def test_of_many_who_publish_at_once_one_succeeds(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: api.post(f"/templates/{draft['id']}/publish"), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


def test_all_faults_are_listed_and_nothing_is_published(api: Api, bench: Bench) -> None:
    document = bench()
    document["steps"][0] |= {"work_center": "NOWHERE", "parts": [{"part": "NOTHING", "quantity": "0"}]}
    document["steps"][1]["after"] = [{"step": "missing"}]
    draft = api.made("/templates", document)
    check = api.get(f"/templates/{draft['id']}/check").json()
    assert check["publishable"] is False
    kinds = {fault["kind"] for fault in check["faults"]}
    assert {"unknown_work_center", "unknown_part", "unknown_predecessor"} <= kinds
    refused = api.post(f"/templates/{draft['id']}/publish")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/template-refused")
    assert refused.json()["faults"] == check["faults"]
    assert api.get(f"/templates/{draft['id']}").json()["status"] == "draft"


def test_nothing_new_is_published_with_a_deactivated_part(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    base = api.get("/parts?q=BASE").json()["items"][0]
    api.delete(f"/parts/{base['id']}", version=1)
    refused = api.post(f"/templates/{draft['id']}/publish")
    assert [fault["kind"] for fault in refused.json()["faults"]] == ["unknown_part"]


def test_a_draft_changes_and_a_published_version_never(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    place = f"/templates/{draft['id']}"
    changed = api.put(place, bench(title="Better"), version=1)
    assert (changed.json()["title"], changed.headers["etag"]) == ("Better", '"2"')
    assert api.put(place, bench(), version=1).status_code == 412
    assert api.post(f"{place}/publish", if_match='"1"').status_code == 412
    api.made(f"{place}/publish")
    assert api.put(place, bench(), version=3).status_code == 409
    assert api.delete(place, version=3).status_code == 409
    assert api.get(place).json()["title"] == "Better"


def test_a_draft_can_be_deleted(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    assert api.delete(f"/templates/{draft['id']}", version=1).status_code == 204
    assert api.get(f"/templates/{draft['id']}").status_code == 404


def test_a_clone_is_the_next_version_and_a_diff_tells_them_apart(api: Api, bench: Bench) -> None:
    first = api.made("/templates", bench())
    api.made(f"/templates/{first['id']}/publish")
    clone = api.made(f"/templates/{first['id']}/clone")
    assert (clone["version_number"], clone["status"], clone["code"]) == (2, "draft", "TPL-000002")
    document = bench(title="Faster")
    document["steps"][1]["run_minutes"] = "3"
    api.put(f"/templates/{clone['id']}", document, version=1)
    diff = api.get(f"/templates/{clone['id']}/diff?against={first['id']}").json()
    assert diff["title"] == ["How to make a lamp", "Faster"]
    assert [change["key"] for change in diff["changed"]] == ["mount"]
    assert list(diff["changed"][0]["fields"]) == ["run_minutes"]


def test_a_retired_version_stays_readable(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    assert api.post(f"/templates/{draft['id']}/retire").status_code == 409
    api.made(f"/templates/{draft['id']}/publish")
    retired = api.made(f"/templates/{draft['id']}/retire")
    assert retired["status"] == "retired"
    assert api.get(f"/templates/{draft['id']}/plan").status_code == 200
    assert [item["id"] for item in api.get("/templates?status=retired").json()["items"]] == [draft["id"]]


def test_a_template_is_drawn_and_a_draft_too(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    picture = api.get(f"/templates/{draft['id']}/graph.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "<svg" in picture.text
    assert "script" not in picture.text


def test_what_is_exported_can_be_imported_again(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    text = api.get(f"/templates/{draft['id']}/export").text
    imported = api.made("/templates/import", {"yaml": text})
    assert imported["template"] == draft
    assert (imported["draft"], imported["faults"]) == ("unchanged", [])


def test_importing_again_updates_the_draft_and_after_publishing_makes_the_next_version(
    api: Api, audited: Callable[[], list[Any]]
) -> None:
    def imported(text: str) -> tuple[str, str, int]:
        answer = api.made("/templates/import", {"yaml": text, "create_missing": True})
        return answer["draft"], answer["template"]["code"], answer["template"]["row_version"]

    assert imported(FILE) == ("created", "TPL-000001", 1)
    assert imported(FILE) == ("unchanged", "TPL-000001", 1)
    assert imported(FILE.replace("2.5", "2.50")) == ("unchanged", "TPL-000001", 1)
    assert imported(FILE.replace("2.5", "3")) == ("updated", "TPL-000001", 2)
    told = [entry["action"] for entry in audited() if entry["module"] == "templates"]
    assert told == ["templates:created", "templates:updated"]
    (draft,) = api.get("/templates").json()["items"]
    api.made(f"/templates/{draft['id']}/publish")
    assert imported(FILE) == ("created", "TPL-000002", 1)
    assert imported(FILE) == ("unchanged", "TPL-000002", 1)


def test_a_draft_that_a_published_version_has_overtaken_is_left_alone(api: Api, bench: Bench) -> None:
    old, new = (api.made("/templates", bench(title=title)) for title in ("Old", "New"))
    text = api.get(f"/templates/{old['id']}/export").text
    api.made(f"/templates/{new['id']}/publish")
    again = api.made("/templates/import", {"yaml": text})
    assert (again["draft"], again["template"]["version_number"]) == ("created", 3)


def test_everything_the_catalog_lacks_is_named_at_once(api: Api) -> None:
    refused = api.post("/templates/import", {"yaml": FILE})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/catalog-lacks")
    assert refused.json()["missing"] == {"products": ["LAMP-2"], "parts": ["SHADE"], "work_centers": ["GLUE"]}
    assert "product LAMP-2; parts SHADE; work centres GLUE" in refused.json()["detail"]
    assert "--create-missing" in refused.json()["detail"]
    many = "".join(f"      P{number}: 1\n" for number in range(40))
    api.made("/work-centers", {"code": "GLUE", "name": "Glue"})
    steps = f"steps:\n  - key: a\n    name: a\n    work_center: GLUE\n    parts:\n{many}"
    refused = api.post("/templates/import", {"yaml": "product: {sku: X, name: X}\n" + steps})
    assert "P29 and 10 more. Import" in refused.json()["detail"]
    assert len(refused.json()["missing"]["parts"]) == 40


def test_an_import_adds_what_is_missing_when_asked_to(api: Api) -> None:
    tried = api.made("/templates/import", {"yaml": FILE, "create_missing": True, "dry_run": True})
    assert (tried["parts_created"], tried["dry_run"]) == (["SHADE"], True)
    assert api.get("/parts").json()["items"] == []
    done = api.made("/templates/import", {"yaml": FILE, "create_missing": True})
    assert done["products_created"] == ["LAMP-2"]
    assert done["work_centers_created"] == ["GLUE"]
    assert done["faults"] == []
    shade = api.get("/parts?q=SHADE").json()["items"][0]
    assert (shade["unit_cost"], shade["cost_is_assumed"]) == ("3.1", True)
    api.made(f"/templates/{done['template']['id']}/publish")


def test_a_file_that_is_no_template_is_refused_with_all_problems(api: Api) -> None:
    refused = api.post("/templates/import", {"yaml": "product: {sku: A}\nsteps: []\nnonsense: 1\n"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/template-file-refused")
    assert len(refused.json()["problems"]) >= 2


def test_another_factory_meets_none_of_it(api: Api, stranger: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    place = f"/templates/{draft['id']}"
    for path in (place, f"{place}/plan", f"{place}/check", f"{place}/graph.svg", f"{place}/export"):
        assert stranger.get(path).status_code == 404, path
    for verb in ("publish", "retire", "clone"):
        assert stranger.post(f"{place}/{verb}").status_code == 404, verb
    assert stranger.get("/templates").json()["items"] == []
    assert stranger.post("/templates", bench()).status_code == 422


def test_publishing_needs_its_own_permission(api: Api, bench: Bench) -> None:
    draft = api.made("/templates", bench())
    refused = api.as_("technician").post(f"/templates/{draft['id']}/publish")
    assert (refused.status_code, refused.json()["permission"]) == (403, "templates:publish")
    assert "templates:publish" in refused.json()["detail"]
    assert api.as_("manager").post(f"/templates/{draft['id']}/publish").status_code == 200
