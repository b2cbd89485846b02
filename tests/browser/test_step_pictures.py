"""Pictures beside the instructions: put there in the editor, seen at the station."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from models.rules.access import Role
from tests.api.running import Floor
from tests.api.test_files import PNG
from tests.browser.accessibility import violations
from tests.factories import Factory
from tests.floor import rows

Opens = Callable[..., Page]


def _draft(floor: Floor, tenant: Factory) -> str:
    """The lamp's next version, as a draft."""
    (law,) = rows(tenant, "SELECT id FROM templates")
    return str(floor.manager.made(f"/templates/{law.id}/clone")["id"])


def _editor(person: Opens, draft: str) -> Page:
    """The editor at the step that cuts."""
    page = person(Role.MANAGER)
    page.goto(f"/templates/{draft}/edit?step=cut")
    expect(page.locator("#f-key")).to_have_value("cut")
    return page


def test_a_picture_put_at_a_step_is_captioned_refused_where_wrong_and_taken_away(
    person: Opens, floor: Floor, tenant: Factory, tmp_path: Path
) -> None:
    page = _editor(person, _draft(floor, tenant))
    held: list[Route] = []
    page.route("**/api/v1/files", lambda asked: held.append(asked))  # noqa: PLW0108 - playwright marks the function
    (tmp_path / "cut.png").write_bytes(PNG)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "film.pdf").write_bytes(b"%PDF-" + b"x" * 5_000_000)
    names = [tmp_path / name for name in ("cut.png", "notes.txt", "film.pdf")]
    with page.expect_request("**/api/v1/files"):
        page.locator("#f-pictures").set_input_files(names)
    expect(page.locator(".ed-upload").first).to_contain_text("Being sent")
    page.locator("#f-name").fill("Cut to length")
    page.locator("#f-key").fill("saw")
    page.keyboard.press("Tab")
    expect(page.locator("#ed-chip")).to_have_text("Saved")
    expect(page.locator(".ed-row[data-step=saw]")).to_contain_text("Cut to length")
    held[0].continue_()
    expect(page.locator(".ed-picture")).to_have_count(1)
    expect(page.locator(".ed-upload")).to_have_count(2)
    expect(page.locator(".ed-upload.is-refused").first).to_contain_text("This kind of file is not taken")
    expect(page.locator(".ed-upload.is-refused").last).to_contain_text("larger than 5 MB")
    page.get_by_role("button", name="Leave it").first.click()
    page.get_by_role("button", name="Leave it").click()
    page.locator("[data-caption]").fill("Measure twice")
    page.locator("#f-name").focus()
    expect(page.locator("#ed-screen figcaption")).to_have_text("Measure twice", use_inner_text=False)
    page.reload()
    expect(page.locator("#f-key")).to_have_value("saw")
    expect(page.locator("[data-caption]")).to_have_value("Measure twice")
    page.get_by_role("button", name="Look at Measure twice").click()
    expect(page.locator("#ed-picture-large h2")).to_have_text("Measure twice")
    page.keyboard.press("Escape")
    assert violations(page) == []
    page.get_by_role("button", name="Take Measure twice away").click()
    page.get_by_role("button", name="Take it away").click()
    expect(page.locator(".ed-picture")).to_have_count(0)
    page.locator("#ed-undo").click()
    expect(page.locator("[data-caption]")).to_have_value("Measure twice")
    page.locator("#ed-redo").click()
    expect(page.locator(".ed-picture")).to_have_count(0)


def test_a_picture_put_at_a_step_is_seen_at_the_station(
    person: Opens, floor: Floor, tenant: Factory, tmp_path: Path
) -> None:
    draft = _draft(floor, tenant)
    (tmp_path / "cut.png").write_bytes(PNG)
    page = _editor(person, draft)
    page.locator("#f-pictures").set_input_files(tmp_path / "cut.png")
    expect(page.locator(".ed-picture")).to_have_count(1)
    page.locator("[data-caption]").fill("Measure twice")
    page.keyboard.press("Enter")
    expect(page.locator("#ed-screen figcaption")).to_have_text("Measure twice", use_inner_text=False)
    assert floor.manager.post(f"/templates/{draft}/publish").status_code == 200
    work = floor.steps(floor.job())["cut"]["work_order_id"]
    station = person(Role.TECHNICIAN, size="tablet")
    station.goto(f"/station/{work}")
    expect(station.locator("figure figcaption")).to_have_text("Measure twice")
    expect(station.get_by_role("img", name="Measure twice")).to_have_count(1)
