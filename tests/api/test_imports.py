import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Api

LISTS = Path(__file__).parent.parent / "engine" / "boms"
KIT = (LISTS / "kit.csv").read_bytes()
COSTED = (LISTS / "costed.csv").read_bytes()


def send(api: Api, content: bytes, place: str = "/imports/boms", *, key: str | None = "one", **form: Any) -> Any:
    headers = api.factory.headers(api.role, **({"idempotency_key": key} if key else {}))
    return api.client.post(
        f"/api/v1{place}", headers=headers, data={"parent": "FEEDER", **form}, files={"file": ("bom.csv", content)}
    )


def preview(api: Api, content: bytes, **form: Any) -> Any:
    return send(api, content, "/imports/boms/preview", key=None, **form)


def test_a_preview_shows_columns_rows_reasons_and_what_would_happen(api: Api) -> None:
    answer = preview(api, KIT)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["file"]["mapping"]["quantity"] == 3
    assert shown["file"]["candidates"]["link"] == [5]
    assert {(row["line"], row["kind"]) for row in shown["file"]["refused"]} == {(8, "no_quantity"), (9, "zero")}
    assert shown["file"]["rows"][1]["quantity"] == "1.2"
    assert {fate["part"] for fate in shown["fates"]} == {"create"}
    assert shown["blocked"] is True
    assert api.get("/parts").json()["items"] == []


def test_a_tab_survives_the_way_as_the_delimiter(api: Api) -> None:
    assert preview(api, (LISTS / "harness.tsv").read_bytes()).json()["file"]["delimiter"] == "\t"


def test_a_preview_needs_no_parent(api: Api) -> None:
    headers = api.factory.headers(api.role)
    answer = api.client.post("/api/v1/imports/boms/preview", headers=headers, files={"file": ("b.csv", COSTED)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["file"]["computed_total"] == answer.json()["file"]["published_total"] == "134.23"


def test_an_import_is_all_or_nothing(api: Api) -> None:
    refused = send(api, KIT)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/import-refused")
    assert [row["line"] for row in refused.json()["rows"]] == [8, 9]
    assert api.get("/parts").json()["items"] == []
    taken = send(api, KIT, key="two", skip_refused="true", name="Feeder")
    assert taken.status_code == 200, taken.text
    assert taken.json()["lines"] == {"created": 7, "updated": 0, "unchanged": 0, "removed": 0}
    assert taken.json()["parts_created"] == 6
    bom = api.get(f"/parts/{taken.json()['parent_id']}/bom").json()
    assert [line["part"] for line in bom["lines"]][:3] == ["FRAME", "PLA-FILAMENT", "RIBBON-CABLE"]


def test_the_same_request_again_gives_the_same_answer(api: Api) -> None:
    first, again = send(api, COSTED), send(api, COSTED)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert send(api, COSTED, parent="OTHER").json()["type"] == "/problems/idempotency-key-reused"
    assert send(api, COSTED, key=None).json()["type"] == "/problems/idempotency-key-missing"


def test_the_same_file_again_changes_nothing(api: Api, audited: Any) -> None:
    send(api, COSTED)
    parts = api.get("/parts").json()
    again = send(api, COSTED, key="two").json()
    assert (again["parts_created"], again["parts_updated"], again["lines"]["unchanged"]) == (0, 0, 7)
    assert api.get("/parts").json() == parts
    assert [entry["action"] for entry in audited()] == ["boms:imported", "boms:imported"]


def test_a_wrong_guess_is_corrected_by_the_mapping(api: Api) -> None:
    content = b"Thing,Need,Have\nMotor,2,9\n"
    assert preview(api, content).json()["file"]["rows"] == []
    mapping = json.dumps({"columns": {"name": "Thing", "quantity": 2}})
    rows = preview(api, content, mapping=mapping).json()["file"]["rows"]
    assert [(row["sku"], row["quantity"]) for row in rows] == [("MOTOR", "2")]
    assert send(api, content, mapping=mapping).status_code == 200


@pytest.mark.parametrize(
    "mapping",
    ["not json", "[]", '{"columns": {"colour": 1}}', '{"columns": {"name": -1}}', '{"columns": {"name": 99}}'],
)
def test_a_mapping_that_makes_no_sense_is_refused(api: Api, mapping: str) -> None:
    assert preview(api, COSTED, mapping=mapping).status_code == 422
    assert send(api, COSTED, mapping=mapping).status_code == 422


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"", b"\x00" * 50, b"%PDF-1.4"])
def test_a_file_that_is_no_list_is_refused_with_what_to_do(api: Api, content: bytes) -> None:
    answer = send(api, content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/import-refused")
    assert answer.json()["fault"] in {"not_text", "empty"}


def test_a_file_that_is_too_large_is_refused(api: Api) -> None:
    assert send(api, b"Name,Qty\n" + b"a,1\n" * 1_300_000).json()["type"] == "/problems/too-large"
    assert send(api, b"a" * 7_000_000).status_code == 413


def test_wrong_fields_are_named(api: Api) -> None:
    answer = send(api, COSTED, parent="no spaces please")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/parent")
    assert send(api, COSTED, default_uom="parsec").json()["fault"] == "unknown_unit"


def test_only_those_who_edit_the_catalog_import(api: Api) -> None:
    for role in ("technician", "viewer", "customer", "developer"):
        assert send(api.as_(role), COSTED).status_code == 403
        assert preview(api.as_(role), COSTED).status_code == 403
    assert send(api.as_("inventory_manager"), COSTED).status_code == 200


def test_another_factory_sees_nothing_of_it(api: Api, stranger: Api) -> None:
    parent = send(api, COSTED).json()["parent_id"]
    assert stranger.get(f"/parts/{parent}/bom").status_code == 404
    assert stranger.get("/parts").json()["items"] == []
    fates = preview(stranger, COSTED).json()["fates"]
    assert {fate["part"] for fate in fates} == {"create"}


def test_a_circle_is_refused_with_its_path(api: Api) -> None:
    send(api, b"SKU,Qty\nMOTOR,1\n")
    answer = send(api, b"SKU,Qty\nFEEDER,1\n", key="two", parent="MOTOR")
    assert (answer.status_code, answer.json()["path"]) == (422, ["MOTOR", "FEEDER", "MOTOR"])
