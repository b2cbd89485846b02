from collections.abc import Callable

from models.rules.access import Role
from tests.factories import Factory
from tests.floor import lamp_job, rows
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]


def test_a_whole_code_and_a_scanned_address_lead_straight_to_their_page(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    (work_order,) = rows(tenant, "SELECT id, code FROM work_orders WHERE step_key = 'cut'")
    maria = browser(Role.MANAGER)
    assert maria.get(f"/search?q={work_order.code.lower()}").headers["location"] == f"/work-orders/{work_order.id}"
    scanned = maria.get(f"/search?q=https://printed.example/work-orders/{work_order.id}?from=scan")
    assert scanned.headers["location"] == f"/work-orders/{work_order.id}?from=scan"


def test_an_address_that_is_no_page_of_ours_is_only_looked_for(browser: Opens) -> None:
    for address in ("https://evil.example//elsewhere.example/x", "https://evil.example/api/v1/orders", "http://x/%5C"):
        answer = browser(Role.MANAGER).get(f"/search?q={address}")
        assert answer.status_code == 200, address
        assert "Nothing is found" in answer.text


def test_the_menu_of_commands_is_in_the_persons_language_and_by_their_role(browser: Opens) -> None:
    assert "New order" in browser(Role.MANAGER).get("/search/found?q=new+ord").text
    assert "New order" not in browser(Role.TECHNICIAN).get("/search/found").text
    german = browser(Role.MANAGER)
    german.jar["language"] = "de"
    assert "Gehe zu: Aufträge" in german.get("/search/found?q=auftr%C3%A4ge").text
    assert 'form="theme-dark"' in browser(Role.VIEWER).get("/search/found?q=dark").text


def test_what_is_found_is_grouped_and_leads_to_its_pages(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    (order,) = rows(tenant, "SELECT id FROM orders")
    part = browser(Role.MANAGER).get("/search/found?q=desk+lamp").text
    assert f'href="/orders/{order.id}"' in part
    assert "<html" not in part
    page = Reader(browser(Role.MANAGER).get("/search?q=desk+lamp").text)
    assert "Desk lamp" in page.text
    assert f"/orders/{order.id}" in page.addresses


def test_what_nobody_is_called_is_said_so(browser: Opens) -> None:
    assert "Nothing is called \u2018&lt;b&gt;x\u2019" in browser(Role.ADMIN).get("/search/found?q=%3Cb%3Ex").text
