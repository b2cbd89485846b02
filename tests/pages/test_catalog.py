"""Master data by forms: added once, changed on the version that was seen, taken out of use and back."""

from collections.abc import Callable
from typing import Any

import pytest

from models.rules.access import Role
from tests.factories import Factory
from tests.floor import lamp_job, publish_lamp, rows, scalar
from tests.pages.conftest import Browser
from tests.pages.reading import Reader, words

Opens = Callable[..., Browser]
PART = {"key": "k-1", "sku": "NUT", "name": "Hex nut", "kind": "bought", "uom": "pcs", "unit_cost": "0,02"}


def _id(factory: Factory, sku: str) -> Any:
    return scalar(factory, "SELECT id FROM parts WHERE sku = :sku", sku=sku)


def _version(factory: Factory, sku: str) -> str:
    return str(scalar(factory, "SELECT row_version FROM parts WHERE sku = :sku", sku=sku))


def test_a_part_added_by_a_form_is_added_once_with_the_comma_people_write(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    addresses = {ivan.post("/parts", PART).headers["location"] for _ in range(2)}
    assert len(addresses) == 1
    page = Reader(ivan.get(addresses.pop()).text)
    assert "Part NUT is added." in page.text
    (row,) = rows(tenant, "SELECT sku, unit_cost FROM parts")
    assert (row.sku, str(row.unit_cost)) == ("NUT", "0.020000")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"sku": "NO SPACE"}, "sku", "signs that are not allowed"),
        ({"name": ""}, "name", "Fill this in."),
        ({"unit_cost": "-1"}, "unit_cost", "This is too little."),
        ({"unit_cost": "abc"}, "unit_cost", "Enter a number."),
        ({"supplier": "GHOST"}, "supplier", "There is no supplier"),
        ({"lead_time_days": "1.5"}, "lead_time_days", "Enter a whole number."),
    ],
)
def test_what_is_wrong_with_a_part_is_told_at_its_field_and_the_rest_stays(
    browser: Opens, tenant: Factory, wrong: dict[str, str], field: str, words: str
) -> None:
    answer = browser(Role.INVENTORY_MANAGER).post("/parts", PART | {"notes": "keep me"} | wrong)
    assert answer.status_code == 422
    told = answer.text.split(f'id="{field}-told"')[1].split("</div>")[0] + answer.text.split(f'id="{field}-told"')[1]
    assert words in told.split('<label class="form-label"')[0]
    assert "keep me" in answer.text
    assert scalar(tenant, "SELECT count(*) FROM parts") == 0


def test_a_number_that_is_taken_is_told_at_the_number(browser: Opens) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    ivan.post("/parts", PART)
    answer = ivan.post("/parts", PART | {"key": "k-2"})
    assert answer.status_code == 422
    assert "There is already a part" in answer.text.split('id="sku-told"')[1].split("</div>\n</div>")[0]


def test_nobody_overwrites_what_they_have_not_seen(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = ivan.post("/parts", PART).headers["location"]
    seen = {"version": _version(tenant, "NUT"), "name": "Nut", "kind": "bought", "uom": "pcs", "unit_cost": "0.02"}
    assert ivan.post(f"{path}/edit", seen | {"name": "Nut M5"}).status_code == 303
    late = ivan.post(f"{path}/edit", seen | {"name": "Mother"})
    assert late.status_code == 409
    assert "Stored now: Nut M5" in Reader(late.text).text
    assert 'value="Mother"' in late.text
    again = ivan.post(f"{path}/edit", seen | {"name": "Mother", "version": _version(tenant, "NUT")})
    assert again.status_code == 303
    assert scalar(tenant, "SELECT name FROM parts") == "Mother"


def test_what_is_out_of_use_stays_and_can_be_taken_back(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = ivan.post("/parts", PART).headers["location"]
    ivan.post(f"{path}/use", {"version": _version(tenant, "NUT"), "key": "x"})
    assert "Out of use" in Reader(ivan.get("/parts").text).text
    assert "Nothing fits" in ivan.get("/parts?active=true").text
    ivan.post(f"{path}/use", {"version": _version(tenant, "NUT"), "active": "yes"})
    assert scalar(tenant, "SELECT active FROM parts") is True


def test_the_file_has_exactly_what_the_filters_leave(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    ivan = browser(Role.INVENTORY_MANAGER)
    links = [link for link in Reader(ivan.get("/parts?kind=bought&q=i&sort=-sku").text).addresses if "/export" in link]
    for_excel = ivan.get(links[0])
    assert for_excel.content.startswith(b"\xef\xbb\xbf")
    lines = for_excel.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("sku;name;kind;uom;unit_cost")
    assert [line.split(";")[0] for line in lines[1:]] == ["WIRE"]
    assert ivan.get(links[1]).text.splitlines()[1].startswith("WIRE,Wire,bought,m,0.8,")


def test_a_cell_that_a_spreadsheet_would_run_is_text(browser: Opens) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    ivan.post("/parts", PART | {"name": "=1+1"})
    assert "NUT,'=1+1," in ivan.get("/api/v1/parts/export").text


BOM = {"part": ["BASE", "WIRE"], "quantity": ["2", "0,5"], "uom": ["", "m"], "scrap_percent": ["", "10"],
       "designators": ["", ""], "notes": ["", ""], "optional": []}  # fmt: skip


def test_a_bill_of_materials_is_written_in_lines_and_shown_as_a_tree(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    lamp, ivan = _id(tenant, "LAMP"), browser(Role.INVENTORY_MANAGER)
    saved = ivan.post(f"/parts/{lamp}/bom", BOM | {"version": _version(tenant, "LAMP")})
    assert saved.status_code == 303, saved.text
    assert "Material for 2.5" in words(ivan.get(f"/parts/{lamp}?quantity=2,5").text)
    page = words(ivan.get(f"/parts/{lamp}?quantity=10").text)
    assert "BASE Base each 2 pcs in all 20 pcs" in page
    assert "WIRE Wire each 0.55 m in all 5.5 m" in page
    assert "Material for one 5.44" in page
    assert "Material for 10 54.40" in page
    none = ivan.get(f"/parts/{lamp}?quantity=0&in=all").text
    assert "This is too little." in none.split('id="quantity-told"')[1]
    assert "BASE Base each 2 pcs in all 2 pcs" in words(none)
    product = scalar(tenant, "SELECT id FROM products")
    assert "Enter a number." in ivan.get(f"/products/{product}?quantity=many").text
    base = words(ivan.get(f"/parts/{_id(tenant, 'BASE')}").text)
    assert "LAMP Desk lamp 2 pcs" in base
    assert "TPL-000001 How to make it · LAMP, version 1 in a step" in base


def test_a_wrong_line_is_told_at_its_line_and_a_circle_with_its_way_round(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    lamp, ivan = _id(tenant, "LAMP"), browser(Role.INVENTORY_MANAGER)
    wrong = ivan.post(f"/parts/{lamp}/bom", BOM | {"part": ["BASE", "GHOST"], "version": _version(tenant, "LAMP")})
    assert wrong.status_code == 422
    assert "There is no part &#39;GHOST&#39;" in wrong.text.split('id="part-1-told"')[1]
    circle = ivan.post(
        f"/parts/{lamp}/bom", BOM | {"part": ["BASE", "LAMP"], "uom": ["", ""], "version": _version(tenant, "LAMP")}
    )
    assert "LAMP → LAMP" in words(circle.text)
    stale = ivan.post(f"/parts/{lamp}/bom", BOM | {"version": "7"})
    assert stale.status_code == 409


def test_a_product_shows_its_templates_and_what_is_available(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant, "2")
    product = scalar(tenant, "SELECT id FROM products")
    page = Reader(browser(Role.MANAGER).get(f"/products/{product}").text)
    assert "TPL-000001" in page.text
    assert "On hand" in page.text
    customer = Reader(browser(Role.CUSTOMER).get(f"/products/{product}").text)
    assert "Desk lamp" in customer.text
    assert "TPL-000001" not in customer.text
    assert "On hand" not in customer.text


@pytest.mark.parametrize(
    ("path", "form", "change"),
    [
        ("/suppliers", {"code": "ACME", "name": "Acme", "email": "a@acme.example"}, {"name": "Acme Ltd"}),
        ("/work-centers", {"code": "MECH", "name": "Bench", "machines": "2"}, {"name": "Mechanical bench"}),
        ("/products", {"sku": "BOT", "name": "Robot", "uom": "pcs"}, {"name": "Robot arm"}),
    ],
)
def test_suppliers_work_centres_and_products_are_added_and_changed_alike(
    browser: Opens, path: str, form: dict[str, str], change: dict[str, str]
) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    assert "yet" in Reader(ivan.get(path).text).text
    one = ivan.post(path, form | {"key": "k"}).headers["location"]
    changed = ivan.post(f"{one}/edit", form | change | {"version": "1"})
    assert changed.headers["location"] == one
    assert change["name"] in ivan.get(one).text
    assert change["name"] in ivan.get(path).text
