"""What went wrong as a page: why and what to do, in the person's language, with a way on."""

from collections.abc import Callable
from typing import NoReturn

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.pages.frame.screen import TheScreen
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import publish_lamp
from tests.pages.conftest import ORIGIN, Browser
from tests.pages.reading import Reader, words

Opens = Callable[..., Browser]


@pytest.fixture(scope="module")
def broken() -> TestClient:
    """The app with two pages that fail: by a fault of ours, and for want of the database."""
    routes = APIRouter()

    @routes.get("/fault", response_model=None)
    def get_fault(_screen: TheScreen) -> NoReturn:
        raise RuntimeError("a secret of ours")

    @routes.get("/away", response_model=None)
    def get_away(_screen: TheScreen) -> NoReturn:
        raise OperationalError("SELECT 1", {}, Exception("a secret of ours"))

    app = create_app()
    app.router.routes[0:0] = routes.routes
    return TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)


def test_a_fault_of_ours_is_owned_up_to_and_can_be_reported(broken: TestClient, tenant: Factory) -> None:
    ada = Browser(broken, tenant.actor(Role.ADMIN))
    page = ada.get("/fault?in=q%3Dx", accept_language="de")
    assert page.status_code == 500
    assert "Hier ist etwas schiefgegangen Das ist ein Fehler von FactoryOS; nichts wurde geändert." in words(page.text)
    assert "Geben Sie dies bei der Meldung an:" in page.text
    assert "secret" not in page.text
    assert "met an error" not in page.text
    assert "/fault?in=q%3Dx" in Reader(page.text).addresses
    assert "/orders" in Reader(page.text).addresses


def test_a_database_that_is_away_is_named_and_tried_again(broken: TestClient, tenant: Factory) -> None:
    ada = Browser(broken, tenant.actor(Role.ADMIN))
    page = ada.get("/away", accept_language="de")
    assert page.status_code == 503
    assert "Die Datenbank antwortet gerade nicht; nichts wurde geändert. Versuchen Sie es gleich" in words(page.text)
    assert "/away" in Reader(page.text).addresses


def test_who_is_not_known_gets_the_same_without_the_menu(broken: TestClient) -> None:
    page = Browser(broken, None).get("/fault", accept_language="de")
    assert page.status_code == 303  # the screen asks who it is first
    assert "Hier ist nichts" in words(Browser(broken, None).get("/login/nothing", accept_language="de").text)


def test_an_address_without_a_thing_is_not_found_whatever_stands_in_it(browser: Opens) -> None:
    for path in ("/orders/ORD-000001", "/jobs/nothing", "/parts/x/bom"):
        page = browser(Role.ADMIN).get(path, accept_language="de")
        assert page.status_code == 404, path
        assert "Unter dieser Adresse gibt es nichts." in page.text
    assert browser(Role.ADMIN).get("/api/v1/orders/ORD-000001", accept="application/json").status_code == 422


def test_what_is_wrong_in_an_address_is_left_out_and_said(browser: Opens, tenant: Factory) -> None:  # noqa: ARG001 - a factory to see
    ada = browser(Role.ADMIN)
    told = "„%s“ in der Adresse wurde weggelassen: %s"
    for asked, leads, why in (
        ("/jobs?status=NONSENSE&q=a%26b&q=c", "/jobs?q=a%26b&q=c", told % ("status", "Wählen Sie aus der Liste.")),
        ("/figures?days=0", "/figures", told % ("days", "Das ist zu wenig.")),
        ("/stock/ledger?until=soon", "/stock/ledger", told % ("until", "Geben Sie einen Tag")),
    ):
        assert ada.get(asked, accept_language="de").headers["location"] == leads
        assert why in words(ada.get(leads, accept_language="de").text), asked


def test_a_part_of_a_page_and_a_program_are_told_what_is_wrong(browser: Opens, tenant: Factory) -> None:  # noqa: ARG001 - a factory to see
    ada = browser(Role.ADMIN)
    assert ada.get("/figures?days=0", hx_request="true").status_code == 422
    assert ada.get("/api/v1/jobs?status=NONSENSE", accept="application/json").status_code == 422


def test_a_role_and_a_permission_are_called_as_people_call_them(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    carla = browser(Role.CUSTOMER)
    told = words(carla.get("/parts", accept_language="de").text)
    assert "Ihre Rolle „Kunde“ hat das Recht „Teile, Lieferanten, Arbeitsplätze und Stücklisten sehen“ nicht;" in told
    assert "catalog:read" not in told
    document = carla.get("/api/v1/parts", accept="application/json").json()
    assert document["detail"].startswith("Your role 'customer' does not hold the permission 'catalog:read'")
