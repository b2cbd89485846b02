from collections.abc import Callable

from models.rules.access import Role
from tests.factories import PASSWORD, Factory
from tests.pages.conftest import ORIGIN, Browser

Opens = Callable[..., Browser]


def _log_in(browser: Browser, factory: Factory, **form: str) -> object:
    return browser.post("/login", {"tenant": factory.slug, "username": "manager", "password": PASSWORD, **form})


def test_a_page_asked_for_before_log_in_comes_after_it(browser: Opens, tenant: Factory) -> None:
    nobody = browser(None)
    away = nobody.get("/appearance-that-is-not-there")
    assert away.status_code == 404
    sent = nobody.get("/welcome?from=here")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fwelcome%3Ffrom%3Dhere")
    answer = _log_in(nobody, tenant, next="/welcome?from=here")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome?from=here")
    assert nobody.get("/welcome?from=here").status_code == 200


def test_whose_session_ended_over_a_form_or_a_part_comes_back_to_its_page(browser: Opens) -> None:
    nobody = browser(None)
    form = nobody.post("/orders", {"quantity": "3"}, referer=f"{ORIGIN}/orders/new?in=all")
    assert (form.status_code, form.headers["location"]) == (303, "/login?next=%2Forders%2Fnew%3Fin%3Dall")
    part = nobody.get("/notifications/bell", hx_request="true", referer=f"{ORIGIN}/jobs")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login?next=%2Fjobs")
    for other in ("https://elsewhere.test/orders", "nonsense", ""):
        assert nobody.post("/orders", {}, referer=other).headers["location"] == "/login?next=%2F"
    longest = nobody.get(f"/orders?q={'a' * 3_000}").headers["location"]
    assert longest == "/login?next=%2Forders"


def test_a_wrong_password_is_told_on_the_page_and_the_name_stays(browser: Opens, tenant: Factory) -> None:
    answer = _log_in(browser(None), tenant, password="wrong")
    assert answer.status_code == 401
    assert "The user name or the password is wrong." in answer.text
    assert 'value="manager"' in answer.text
    assert 'wrong"' not in answer.text


def test_log_in_never_leads_to_another_site(browser: Opens, tenant: Factory) -> None:
    for address in ("https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"):
        assert _log_in(browser(None), tenant, next=address).headers["location"] == "/"


def test_everybody_begins_where_their_work_is(browser: Opens) -> None:
    homes = {role: browser(role).get("/").headers["location"] for role in Role}
    assert homes[Role.TECHNICIAN] == homes[Role.OUTSOURCED_TECHNICIAN] == "/station"
    assert homes[Role.MANAGER] == homes[Role.ADMIN] == "/dashboard"
    assert homes[Role.VIEWER] == "/figures"
    assert homes[Role.INVENTORY_MANAGER] == "/stock"
    assert homes[Role.CUSTOMER] == "/orders"


def test_logging_out_ends_the_session_for_good(browser: Opens) -> None:
    maria = browser(Role.MANAGER)
    kept = dict(maria.jar)
    assert maria.post("/logout").headers["location"] == "/login"
    maria.jar = kept
    assert maria.get("/welcome").headers["location"].startswith("/login")


def test_another_site_cannot_log_somebody_out(browser: Opens) -> None:
    maria = browser(Role.MANAGER)
    assert maria.post("/logout", origin="http://evil.test").status_code == 403
    assert maria.get("/welcome").status_code == 200


def test_another_site_cannot_log_somebody_in_as_somebody_else(browser: Opens, tenant: Factory) -> None:
    form = {"tenant": tenant.slug, "username": "manager", "password": PASSWORD}
    answer = browser(None).post("/login", form, origin="http://evil.test")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_theme_and_language_stay_with_the_browser(browser: Opens) -> None:
    nobody = browser(None)
    answer = nobody.post("/appearance", {"theme": "dark", "language": "de", "next": "/login?next=%2Forders"})
    assert answer.headers["location"] == "/login?next=%2Forders"
    page = nobody.get("/login").text
    assert 'data-bs-theme="dark"' in page
    assert '<html lang="de"' in page
    assert browser(None).get("/login", accept_language="fr, de-AT;q=0.8, en;q=0.1").text.count('<html lang="de"') == 1


def test_a_form_of_another_origin_is_refused_even_with_our_cookie(browser: Opens) -> None:
    answer = browser(Role.ADMIN).post("/logout", origin=ORIGIN.replace("http", "https") + ".evil.test")
    assert answer.status_code == 403
    assert "text/html" in answer.headers["content-type"]
