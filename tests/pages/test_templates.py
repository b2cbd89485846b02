"""Pages of templates as forms: files in, publishing, retiring, next versions; the editor is held in the browser."""

import json
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from models.messages.files import AttachmentDraft
from models.messages.orders import PlaceOrder
from models.messages.templates import TemplateDocument, TemplateView
from models.records import attachments, files, orders, templates
from models.rules.access import Role
from models.rules.templates import TemplateStatus
from tests.factories import Factory
from tests.floor import DUE, publish_lamp, scalar
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]
FILE = """
product: {sku: VASE, name: Vase}
work_centers: {GLUE: {name: Gluing bench}}
parts: {SHADE: {name: Shade}}
steps:
  - {key: glue, name: Glue, work_center: GLUE, run_min: 2, parts: {SHADE: 1}}
"""


def _draft(browser: Browser, of: UUID) -> str:
    """The next version, made by its page; returns its address."""
    made = browser.post(f"/templates/{of}/clone", {"key": "clone-1"})
    assert made.status_code == 303, made.text
    return str(made.headers["location"]).removesuffix("/edit")


def _view(tenant: Factory, path: str) -> TemplateView:
    with tenant.read() as session:
        return templates.summary(session, UUID(path.rsplit("/", 1)[-1]))


def test_a_file_is_checked_before_it_is_taken_in(browser: Opens, tenant: Factory) -> None:
    maria = browser(Role.MANAGER)
    form: dict[str, Any] = {"key": "import-1", "yaml": FILE}
    assert "The catalog lacks" in maria.post("/templates/import", form).text
    checked = maria.post("/templates/import", form | {"create_missing": "true"})
    assert "Make version 1 of VASE as a draft with 1 steps." in Reader(checked.text).text
    assert scalar(tenant, "SELECT count(*) FROM templates") == 0
    wanted = form | {"create_missing": "true", "act": "import"}
    places = {maria.post("/templates/import", wanted).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert scalar(tenant, "SELECT count(*) FROM templates") == 1
    broken = maria.post("/templates/import", form | {"yaml": "steps: ["})
    assert (broken.status_code, "The file cannot be taken as it is." in broken.text) == (422, True)
    assert "steps: [" in broken.text


def test_publishing_says_why_and_for_whom_and_is_refused_for_what_was_not_seen(browser: Opens, tenant: Factory) -> None:
    published = publish_lamp(tenant)
    wanted = PlaceOrder.model_validate({"product": "LAMP", "quantity": "2", "due_at": DUE})
    with tenant.begin() as session:
        orders.place(session, tenant.actor(), wanted)
    maria = browser(Role.MANAGER)
    draft = _draft(maria, published)
    assert "Version 1 is used by 1 orders, 1 of them open." in Reader(maria.get(f"{draft}/publish").text).text
    form = {"key": "p-1", "version": "7", "reason": "Fewer screws"}
    assert maria.post(f"{draft}/publish", form).headers["location"] == f"{draft}/publish"
    assert _view(tenant, draft).status is TemplateStatus.DRAFT
    assert maria.post(f"{draft}/publish", form | {"key": "p-2", "version": "1"}).headers["location"] == draft
    view = _view(tenant, draft)
    assert (view.status, view.publish_reason, view.published_by) == ("published", "Fewer screws", "The manager")
    assert maria.get(f"{draft}/publish").headers["location"] == draft
    assert maria.get(f"{draft}/edit").headers["location"] == draft


def test_a_version_is_retired_and_a_draft_thrown_away(browser: Opens, tenant: Factory) -> None:
    published = publish_lamp(tenant)
    maria = browser(Role.MANAGER)
    draft = _draft(maria, published)
    assert maria.post(f"/templates/{published}/retire", {"key": "r-1"}).status_code == 303
    assert _view(tenant, str(published)).status is TemplateStatus.RETIRED
    assert "Retired" in maria.get(f"/templates/{published}").text
    maria.post(f"{draft}/delete", {"key": "d-1", "version": "9"})
    assert "changed since you read it" in maria.get(draft).text
    assert maria.post(f"{draft}/delete", {"key": "d-2", "version": "1"}).headers["location"] == "/templates"
    assert maria.get(draft).status_code == 404


def test_a_new_draft_begins_with_its_first_step(browser: Opens, tenant: Factory) -> None:
    assert "Something is missing first" in browser(Role.MANAGER).get("/templates/new").text
    publish_lamp(tenant)
    maria = browser(Role.MANAGER)
    form = {"key": "n-1", "product": "LAMP", "title": "", "step": "Cut", "work_center": "ASSY"}
    wrong = maria.post("/templates", form)
    assert (wrong.status_code, 'id="title-fault"' in wrong.text, 'value="Cut"' in wrong.text) == (422, True, True)
    made = maria.post("/templates", form | {"title": "Anew"}).headers["location"]
    assert made.endswith("/edit")
    assert "Anew" in maria.get(made).text
    assert "There is no product" in maria.post("/templates", form | {"key": "n-2", "title": "x", "product": "X"}).text


def test_money_is_for_those_who_may_see_it(browser: Opens, tenant: Factory) -> None:
    template = publish_lamp(tenant)
    for path in ("", "/compare", "/simulate?quantity=4", "/simulate?quantity=4,0"):
        assert "One costs" in browser(Role.MANAGER).get(f"/templates/{template}{path}").text
        told = Reader(browser(Role.TECHNICIAN).get(f"/templates/{template}{path}").text).text
        assert "Critical path" in told
        assert "One costs" not in told


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        ("0", "This is too little."),
        ("1000001", "This is too much."),
        ("ten", "Enter a number."),
        ("<b>", "Enter a number."),
    ],
)
def test_a_quantity_that_is_none_is_told_at_its_field(
    browser: Opens, tenant: Factory, quantity: str, told: str
) -> None:
    template = publish_lamp(tenant)
    page = browser(Role.MANAGER).get(f"/templates/{template}/simulate?quantity={quote(quantity)}")
    assert page.status_code == 422
    assert told in page.text.split('id="quantity-told"')[1]
    assert f'value="{escape(quantity)}"' in page.text
    assert "Critical path" not in page.text


@pytest.mark.parametrize("edit", ["[]", "{}", '{"kind": "undo"}', '{"kind": "nonsense"}', "[" * 90_000])
def test_an_edit_that_makes_no_sense_is_told_and_changes_nothing(browser: Opens, tenant: Factory, edit: str) -> None:
    maria = browser(Role.MANAGER)
    draft = _draft(maria, publish_lamp(tenant))
    told = maria.post(f"{draft}/edits", {"key": "e-1", "version": "1", "edit": edit})
    assert told.status_code in {409, 422}
    assert 'id="ed-state"' in told.text
    assert _view(tenant, draft).row_version == 1


def test_an_edit_whose_answer_was_lost_happens_once(browser: Opens, tenant: Factory) -> None:
    maria = browser(Role.MANAGER)
    draft = _draft(maria, publish_lamp(tenant))
    form = {"key": "e-1", "version": "1", "step": "cut", "edit": json.dumps({"kind": "add_step", "after": "cut"})}
    assert [maria.post(f"{draft}/edits", form).status_code for _ in range(2)] == [200, 200]
    assert (_view(tenant, draft).step_count, _view(tenant, draft).row_version) == (6, 2)


def test_a_long_list_is_shown_in_stretches_and_searched(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    steps = [{"key": f"s{n}", "name": f"Part {n}", "work_center": "ASSY", "after": [{"step": f"s{n - 1}"}] if n else []}
             for n in range(700)]  # fmt: skip
    document = {"product": "LAMP", "title": "Long", "steps": steps}
    with tenant.begin() as session:
        draft = templates.create_draft(session, tenant.actor(), TemplateDocument.model_validate(document)).id
    maria = browser(Role.MANAGER)
    page = maria.get(f"/templates/{draft}/edit?step=s400").text
    assert page.count('class="ed-row-main"') == 300
    assert "Earlier steps" in page
    assert "Later steps" in page
    assert "Too many steps for a picture" in page
    found = maria.get(f"/templates/{draft}/edit/parts?step=s400&find=part 69").text
    assert found.count('class="ed-row-main"') == 11


def _hang(tenant: Factory, draft: str, caption: str, kind: str = "image/png") -> str:
    with tenant.begin() as session:
        kept = files.store_file(session, tenant.actor(), f"{caption}.bin", kind, b"content")
        place = AttachmentDraft(
            file_id=kept.id, template_id=UUID(draft.rsplit("/", 1)[-1]), step="cut", caption=caption
        )
        attachments.attach(session, tenant.actor(), place)
    return str(kept.id)


def test_pictures_of_a_step_stand_in_its_form_on_the_operators_screen_and_on_the_versions_page(
    browser: Opens, tenant: Factory
) -> None:
    maria = browser(Role.MANAGER)
    draft = _draft(maria, publish_lamp(tenant))
    picture, sheet = _hang(tenant, draft, "Cut here"), _hang(tenant, draft, "Safety sheet", "application/pdf")
    form = Reader(maria.get(f"{draft}/edit?step=cut").text)
    assert "Pictures and documents" in form.text
    text = maria.get(f"{draft}/edit/parts?step=cut").text
    assert text.count(f"/api/v1/files/{picture}") == 2  # in the form and on the screen
    assert 'value="Cut here"' in text
    assert f"/api/v1/files/{picture}" not in maria.get(f"{draft}/edit/parts?step=mount").text
    page = browser(Role.TECHNICIAN).get(draft).text
    assert page.count(f"/api/v1/files/{picture}") == 2  # at its step and large
    assert f'href="/api/v1/files/{sheet}" download' in page
    assert "Look at Cut here" in page


def test_a_version_without_pictures_has_no_room_for_them(browser: Opens, tenant: Factory) -> None:
    assert 'class="thumbs"' not in browser(Role.MANAGER).get(f"/templates/{publish_lamp(tenant)}").text


_GERMAN_FAULTS = [
    ("steps: [", "Das ist ab Zeile 2, Spalte 1 kein YAML: Sehen Sie dort nach Einrückung, Klammern und"),
    ("a: b: c", "Das ist ab Zeile 1, Spalte 5 kein YAML: Ein Doppelpunkt steht in einem Text ohne Anführungszeichen."),
    ("a: 1\na: 2", "Zeile 2, Spalte 1: „a“ steht zweimal da."),
    (FILE.replace("run_min: 2", "run_min: two"), "Zeile 6, Spalte 57, steps[1].run_min: hier muss eine Zahl stehen."),
    (FILE.replace("run_min", "run_mins"), "steps[1].run_mins: dieses Feld gibt es nicht; ist „run_min“ gemeint?"),
    (FILE.replace("name: Vase", "title: V"), "Zeile 2, Spalte 10, product.name: hier fehlt eine Angabe."),
    (FILE.replace("run_min: 2", "run_min: -2"), "steps[1].run_min: hier muss mindestens 0 stehen."),
    (FILE.replace("run_min: 2", "after: [cut]"), "Schritt „glue“ folgt auf „cut“; einen solchen Schritt hat diese"),
    (FILE.replace("run_min: 2", "after: [glue]"), "Schritte warten im Kreis aufeinander: glue → glue."),
    (FILE.replace("SHADE: 1}", "SHADE: 0}"), "Schritt „glue“, Teil „SHADE“: die Menge ist 0; sie muss größer als"),
    (FILE.replace("{SHADE: 1}", "{LAMP: 1}"), "Schritt „glue“, Teil „LAMP“: dieses Teil steht nicht im Katalog."),
    (FILE.replace("SHADE: 1", "SHADE: {quantity: 1, uom: kg}"), "Menge in „kg“ lässt sich nicht in „pcs“ umrechnen."),
    (FILE.replace("{name: Shade}", "{name: Shade, uom: dozen}"), "Teil „SHADE“: Die Einheit „dozen“ ist nicht bekannt"),
    (FILE.replace("run_min: 2", "rework_to: glue"), "Schritt „glue“ gibt Nacharbeit an „glue“, ist aber kein"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), _GERMAN_FAULTS)
def test_what_is_wrong_in_a_template_file_is_said_in_the_pages_language(browser: Opens, text: str, told: str) -> None:
    form = {"key": "import-1", "yaml": text, "create_missing": "true"}
    page = Reader(browser(Role.MANAGER).post("/templates/import", form, accept_language="de").text).text
    assert told in page.split("Oder ihr Text")[0], page


def test_what_a_catalog_lacks_is_said_in_the_pages_language(browser: Opens) -> None:
    page = browser(Role.MANAGER).post("/templates/import", {"key": "import-1", "yaml": FILE}, accept_language="de")
    assert "Im Katalog fehlt das Produkt VASE; die Teile SHADE; die Arbeitsplätze GLUE." in Reader(page.text).text


def test_the_editor_says_a_steps_faults_at_its_fields_in_the_pages_language(browser: Opens) -> None:
    maria = browser(Role.MANAGER)
    wanted = {"key": "import-1", "yaml": _GERMAN_FAULTS[9][0], "create_missing": "true", "act": "import"}
    path = maria.post("/templates/import", wanted).headers["location"]
    page = maria.get(path, accept_language="de").text
    assert Reader(page).text.count("Teil „SHADE“: die Menge ist 0; sie muss größer als null sein.") == 1
    assert "Teil \\u201eSHADE\\u201c: die Menge ist 0" in page
    draft = path.removesuffix("/edit")
    for view in (draft, f"{draft}/publish"):
        assert "Teil „SHADE“: die Menge ist 0" in Reader(maria.get(view, accept_language="de").text).text
