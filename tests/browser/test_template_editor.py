"""The template editor as people use it: by mouse, by keyboard alone, two at once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from models.messages.templates import Step, TemplateDocument
from models.records import templates
from models.rules.access import Role
from tests.browser.accessibility import is_too_wide, violations
from tests.factories import Factory
from tests.floor import publish_lamp

Opens = Callable[..., Page]


@pytest.fixture
def draft(tenant: Factory) -> UUID:
    """The next version of a lamp: a draft with two steps that nothing links yet."""
    publish_lamp(tenant)
    steps: list[dict[str, Any]] = [
        {"key": "cut", "name": "Cut", "work_center": "ASSY", "run_minutes": "2"},
        {"key": "mount", "name": "Mount", "work_center": "ASSY", "run_minutes": "3"},
    ]
    document = TemplateDocument.model_validate({"product": "LAMP", "title": "Anew", "steps": steps})
    with tenant.begin() as session:
        return templates.create_draft(session, tenant.actor(), document).id


def stored(tenant: Factory, draft: UUID) -> dict[str, Step]:
    with tenant.read() as session:
        return {step.key: step for step in templates.document_of(templates.template(session, draft)).steps}


def links(tenant: Factory, draft: UUID) -> set[tuple[str, str]]:
    return {(link.step, step.key) for step in stored(tenant, draft).values() for link in step.after}


def node(page: Page, step: str) -> Locator:
    return page.locator(f'.ed-node[data-step="{step}"]')


def edge(page: Page, before: str, after: str) -> Locator:
    return page.locator(f'.ed-edge-hit[data-before="{before}"][data-after="{after}"]')


def drag(page: Page, step: str, to: tuple[float, float]) -> None:
    box = page.locator(f'[data-port="{step}"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(to[0] + 9, to[1] + 9)
    page.mouse.move(*to)
    page.mouse.up()


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def opened(person: Opens, draft: UUID, role: Role = Role.MANAGER, **more: str) -> Page:
    page = person(role, **more)
    page.goto(f"/templates/{draft}/edit")
    return page


def chip(page: Page) -> Locator:
    return page.locator("#ed-chip")


def test_a_template_is_built_by_dragging(person: Opens, tenant: Factory, draft: UUID) -> None:
    page = opened(person, draft)
    expect(page.locator(".ed-faults summary")).to_contain_text("1 thing to mend")
    drag(page, "cut", middle(node(page, "mount")))
    expect(edge(page, "cut", "mount")).to_be_attached()
    expect(page.locator(".ed-fine")).to_be_visible()
    expect(page.locator(".ed-summary .ed-critical")).to_have_text("5 min")
    ground = page.locator("#ed-graph-scroll").bounding_box()
    assert ground is not None
    drag(page, "mount", (ground["x"] + 30, ground["y"] + ground["height"] - 30))
    expect(node(page, "step-1")).to_be_visible()
    expect(page.locator("#f-name")).to_be_focused()
    page.keyboard.type("Pack")
    expect(node(page, "step-1")).to_contain_text("Pack")
    expect(chip(page)).to_have_text("Saved")
    assert links(tenant, draft) == {("cut", "mount"), ("mount", "step-1")}
    assert stored(tenant, draft)["step-1"].name == "Pack"


def test_a_template_is_built_by_keyboard_alone(person: Opens, tenant: Factory, draft: UUID) -> None:
    page = opened(person, draft)
    node(page, "cut").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ed-linking")).to_contain_text("What comes after cut?")
    page.keyboard.press("ArrowRight")
    expect(node(page, "mount")).to_be_focused()
    page.keyboard.press("Enter")
    expect(edge(page, "cut", "mount")).to_be_attached()
    node(page, "mount").focus()
    page.keyboard.press("F2")
    expect(page.locator("#f-name")).to_be_focused()
    expect(page.locator("#f-name")).to_have_value("Mount")
    page.locator('[data-edit="add_after"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-name")).to_have_value("New step")
    page.keyboard.type("Check")
    page.keyboard.press("Tab")
    page.locator('[data-adds="after"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.type("cut")
    page.keyboard.press("Enter")
    expect(edge(page, "cut", "step-1")).to_be_attached()
    page.locator('.ed-row[data-step="cut"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator('.ed-row[data-step="mount"]')).to_be_focused()
    assert links(tenant, draft) == {("cut", "mount"), ("mount", "step-1"), ("cut", "step-1")}
    assert violations(page) == []


def test_a_link_is_taken_away_by_delete(person: Opens, tenant: Factory, draft: UUID) -> None:
    page = opened(person, draft)
    for _ in range(2):
        node(page, "cut").focus()
        page.keyboard.press("Enter")
        node(page, "mount").focus()
        page.keyboard.press("Enter")
        expect(edge(page, "cut", "mount")).to_be_attached()
    expect(page.locator("#ed-linking")).to_contain_text("already comes before")
    page.keyboard.press("Delete")
    expect(edge(page, "cut", "mount")).not_to_be_attached()
    assert links(tenant, draft) == set()


def test_a_circle_is_refused_with_its_path(person: Opens, tenant: Factory, draft: UUID) -> None:
    page = opened(person, draft)
    drag(page, "cut", middle(node(page, "mount")))
    expect(edge(page, "cut", "mount")).to_be_attached()
    drag(page, "mount", middle(node(page, "cut")))
    expect(chip(page)).to_contain_text("That would be a circle: cut → mount → cut.")
    expect(page.locator(".ed-node-path")).to_have_count(2)
    assert links(tenant, draft) == {("cut", "mount")}


def test_what_is_typed_is_saved_outlives_a_reload_and_is_taken_back(
    person: Opens, tenant: Factory, draft: UUID
) -> None:
    page = opened(person, draft)
    page.locator("#f-run").fill("7.5")
    expect(page.locator(".ed-row[data-step=cut] small")).to_contain_text("7.5 min")
    page.locator('[data-adds="parts"]').click()
    page.keyboard.type("SCREW")
    page.locator('.ed-part-row input[name$="-quantity"]').fill("4")
    expect(page.locator("#ed-screen")).to_contain_text("4 pcs", use_inner_text=False)
    page.reload()
    expect(page.locator("#f-run")).to_have_value("7.5")
    expect(page.locator('.ed-part-row input[name$="-part"]')).to_have_value("SCREW")
    while page.locator("#ed-undo").is_enabled():
        before = page.locator("#ed-state").get_attribute("data-version")
        page.locator("#ed-undo").click()
        expect(page.locator("#ed-state")).not_to_have_attribute("data-version", before or "")
    expect(page.locator("#f-run")).to_have_value("2")
    expect(page.locator(".ed-part-row")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("Control+y")
    expect(page.locator("#f-run")).to_have_value("7.5")
    assert str(stored(tenant, draft)["cut"].run_minutes) == "7.5"


def test_a_wrong_figure_is_told_at_its_field_and_a_fault_at_its_step(
    person: Opens, tenant: Factory, draft: UUID
) -> None:
    page = opened(person, draft)
    page.locator("#f-run").fill("soon")
    expect(page.locator("#fault-run_minutes")).not_to_be_empty()
    expect(chip(page)).to_contain_text("Not saved yet")
    page.locator("#f-run").fill("3")
    expect(page.locator("#fault-run_minutes")).to_be_empty()
    page.locator('[data-adds="parts"]').click()
    page.keyboard.type("NOTHING")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-parts")).to_contain_text("NOTHING")
    expect(page.locator(".ed-row[data-step=cut] .ed-flag")).to_be_visible()
    assert stored(tenant, draft)["cut"].parts[0].part == "NOTHING"


def test_two_who_edit_the_same_field_choose_and_lose_nothing(person: Opens, tenant: Factory, draft: UUID) -> None:
    mine, theirs = opened(person, draft), opened(person, draft, Role.ADMIN)
    mine.route("**/version", lambda asked: asked.abort())  # else the page shows what the other did before we type
    theirs.locator("#f-run").fill("9")
    expect(chip(theirs)).to_have_text("Saved")
    theirs.locator("#f-setup").fill("4")
    expect(theirs.locator(".ed-row[data-step=cut] small")).to_contain_text("13 min")
    mine.locator("#f-run").fill("5")
    expect(mine.locator("#ed-conflict")).to_contain_text("The admin")
    expect(mine.locator("#ed-conflict tbody tr")).to_contain_text("95")
    assert str(stored(tenant, draft)["cut"].run_minutes) == "9"
    mine.locator('[data-resolve="mine"]').click()
    expect(chip(mine)).to_have_text("Saved")
    cut = stored(tenant, draft)["cut"]
    assert (str(cut.run_minutes), str(cut.setup_minutes)) == ("5", "4")


def test_what_another_did_is_not_drawn_over_what_one_types(person: Opens, tenant: Factory, draft: UUID) -> None:
    mine, theirs = person(Role.MANAGER), opened(person, draft, Role.ADMIN)
    mine.clock.install()
    mine.goto(f"/templates/{draft}/edit")
    theirs.locator("#f-run").fill("9")
    expect(theirs.locator(".ed-row[data-step=cut] small")).to_contain_text("9 min")
    held: list[Route] = []
    mine.route("**/edit/parts?*", lambda asked: held.append(asked))  # noqa: PLW0108 - playwright marks it
    with mine.expect_request("**/edit/parts?*"):
        mine.clock.run_for(10_000)
    mine.locator("#f-name").fill("Cut to length")
    held[0].continue_()
    expect(mine.locator(".ed-row[data-step=cut] small")).to_contain_text("9 min")
    expect(mine.locator(".ed-row[data-step=cut]")).to_contain_text("Cut to length")
    expect(mine.locator("#f-name")).to_have_value("Cut to length")
    assert stored(tenant, draft)["cut"].name == "Cut to length"


def test_a_draft_is_published_and_compared(person: Opens, draft: UUID) -> None:
    page = opened(person, draft)
    drag(page, "cut", middle(node(page, "mount")))
    expect(page.locator(".ed-fine")).to_be_visible()
    page.get_by_role("link", name="Publish …").click()
    expect(page.locator("main")).to_contain_text("3 steps removed")
    page.get_by_label("Why is it published?").fill("Fewer steps")
    page.get_by_role("button", name="Publish it").click()
    expect(page.locator("main")).to_contain_text("Published: new orders are made by it.")
    expect(page.locator("main")).to_contain_text("Fewer steps")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("h1")).to_contain_text("v1 → v2")
    expect(page.locator("main")).to_contain_text("Cut wire")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_page_of_templates_breaks_a_rule_of_accessibility(person: Opens, draft: UUID, theme: str, size: str) -> None:
    page = person(Role.MANAGER, theme=theme, size=size)
    found, wide = {}, []
    for path in (
        "",
        "/new",
        "/import",
        *(f"/{draft}{more}" for more in ("", "/edit", "/publish", "/compare", "/simulate")),
    ):
        page.goto(f"/templates{path}")
        if broken := violations(page):
            found[path] = broken
        if is_too_wide(page):
            wide.append(path)
    assert (found, wide) == ({}, [])
