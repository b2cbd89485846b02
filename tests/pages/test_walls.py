from collections.abc import Callable

import pytest

from api.pages.walls.boards import ROWS, Board, wall_pages
from models.messages.dashboard import Dashboard
from models.messages.walls import WallDraft
from models.records import dashboard, walls
from models.rules.access import Role
from models.tables.base import utc_now
from tests.factories import Factory
from tests.floor import execute, lamp_job, scalar
from tests.pages.conftest import Browser

Opens = Callable[..., Browser]


def _link(factory: Factory, *, shows_names: bool = True) -> str:
    with factory.begin() as session:
        made = walls.create_wall(session, factory.actor(), WallDraft(name="Hall", shows_names=shows_names))
    return f"/andon/{made.token}"


def test_a_link_shows_the_boards_without_a_log_in_and_nothing_else(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '1 day'")
    nobody = browser(None)
    page = nobody.get(_link(tenant))
    assert page.status_code == 200
    assert "What needs help now?" in page.text
    assert "nobody yet" in page.text
    assert 'href="/jobs' not in page.text
    assert nobody.get("/dashboard").status_code == 303
    assert scalar(tenant, "SELECT last_seen_at IS NOT NULL FROM wall_links") is True
    assert "andon" not in str(scalar(tenant, "SELECT token_hash FROM wall_links"))


@pytest.mark.parametrize("end", ["revoked_at = now()", "expires_at = now()", "token_hash = repeat('0', 64)"])
def test_a_link_that_has_ended_shows_nothing(browser: Opens, tenant: Factory, end: str) -> None:
    link = _link(tenant)
    execute(tenant, f"UPDATE wall_links SET {end}")  # noqa: S608 - our own words
    assert browser(None).get(link).status_code == 404
    assert browser(None).get(f"{link}/board").status_code == 404


def test_a_broken_or_foreign_link_shows_nothing(browser: Opens, tenant: Factory, other_tenant: Factory) -> None:
    theirs, row, secret = _link(other_tenant).removeprefix("/andon/").split(".")
    for token in ("x", "a.b.c", f"{tenant.id.hex}.{row}.{secret}", f"{theirs}.{row}.{secret}x"):
        assert browser(None).get(f"/andon/{token}").status_code == 404


def test_a_wall_speaks_the_factorys_language_and_people_their_browsers(browser: Opens, tenant: Factory) -> None:
    ada = browser(Role.ADMIN)
    assert '<html lang="de"' in ada.get("/me", accept_language="de-AT, en;q=0.5").text
    assert ada.post("/settings", {"language": "de", "time_zone": "UTC"}).status_code == 303
    assert '<html lang="de"' in browser(None).get(_link(tenant), accept_language="en").text
    assert '<html lang="en"' in ada.get("/me", accept_language="en").text
    assert '<html lang="de"' in ada.get("/me", accept_language="fr").text


def test_a_wall_without_names_names_nobody(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '1 day'")
    execute(tenant, "UPDATE work_orders SET assignee_id = (SELECT id FROM users WHERE username = 'technician')")
    assert "The technician" in browser(None).get(_link(tenant)).text
    page = browser(None).get(_link(tenant, shows_names=False)).text
    assert "The technician" not in page
    assert "in charge" in page


def test_links_are_made_shown_once_and_revoked_on_their_page(browser: Opens, tenant: Factory) -> None:
    ada = browser(Role.ADMIN)
    form = {"key": "1", "name": "Hall", "days": "30", "shows_names": "true"}
    assert "/andon/" in ada.post("/walls", form).text
    assert "shown once before" in ada.post("/walls", form).text
    assert "would have expired" in ada.post("/walls", form | {"key": "2", "days": "0"}).text
    identity = scalar(tenant, "SELECT id FROM wall_links")
    assert ada.post(f"/walls/{identity}/revoke").status_code == 303
    assert "Revoked" in ada.get("/walls").text
    assert browser(Role.MANAGER).get("/walls").status_code == 403


def test_more_rows_than_fit_turn_over_several_pages(tenant: Factory) -> None:
    lamp_job(tenant)
    with tenant.read() as session:
        now = utc_now()
        figures: Dashboard = dashboard.dashboard(session, now, now, now)
    many = figures.model_copy(update={"centers": figures.centers[:1] * (2 * ROWS + 1)})
    shown = [(page.board, page.number, len(page.rows)) for page in wall_pages(many, (), None)]
    assert shown == [
        (Board.HELP, 1, 0), (Board.TODAY, 1, 0), (Board.CENTERS, 1, ROWS), (Board.CENTERS, 2, ROWS),
        (Board.CENTERS, 3, 1),
    ]  # fmt: skip
    assert [page.board for page in wall_pages(many, (), Board.SHORT)] == [Board.SHORT]
