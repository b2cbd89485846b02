"""The licence's page, and the warning that administrators see everywhere."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models.connections.licence_files import new_key, public_text, sign
from models.messages.licensing import Licence
from models.rules.access import Role
from models.tables.licensing import LicenceFile
from tests.factories import Factory
from tests.pages.conftest import Browser
from tests.pages.reading import Reader
from tests.working import environment

Opens = Callable[..., Browser]
VENDOR = new_key()
PAGE = "/settings/licence"


@pytest.fixture(autouse=True)
def vendor() -> Iterator[None]:
    with environment(FACTORYOS_LICENCE_KEY=public_text(VENDOR)):
        yield


def _licence(days: float) -> str:
    now = datetime.now(UTC)
    return sign(
        Licence(licence_id="LIC-7", holder="Berg & Co", seats=60, issued_at=now, expires_at=now + timedelta(days=days)),
        VENDOR,
    )


def _installed(factory: Factory, days: float) -> None:
    with factory.begin() as session:
        session.add(LicenceFile(tenant_id=factory.id, text=_licence(days), installed_by=factory.actor().user_id))


def test_a_licence_is_installed_by_pasting_it(browser: Opens) -> None:
    ada = browser(Role.ADMIN)
    assert "Community allowance" in ada.get(PAGE).text
    answer = ada.post(PAGE, {"licence": _licence(100)})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    page = Reader(ada.get(PAGE).text).text
    assert "The licence of Berg & Co is in force." in page
    assert "in 99 days" in page


def test_a_licence_is_installed_by_its_file(browser: Opens) -> None:
    ada = browser(Role.ADMIN)
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.licence"'
    body = f"{head}\r\n\r\n{_licence(9)}\r\n--x--\r\n"
    answer = ada.send_raw(PAGE, body.encode(), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303, answer.text
    assert "Ends soon" in ada.get(PAGE).text


@pytest.mark.parametrize(
    ("given", "told"),
    [("", "Paste the licence"), ("nonsense", "not a licence file"), ("x" * 9000, "far too long")],
)
def test_what_is_wrong_is_told_at_its_field(browser: Opens, given: str, told: str) -> None:
    answer = browser(Role.ADMIN).post(PAGE, {"licence": given})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_administrators_are_warned_on_every_page_and_nobody_else_is(browser: Opens, tenant: Factory) -> None:
    _installed(tenant, 12)
    assert "The licence ends on" in browser(Role.ADMIN).get("/orders").text
    assert "The licence ends on" not in browser(Role.MANAGER).get("/orders").text
    _installed(tenant, -3)
    assert "Work goes on" in browser(Role.ADMIN).get("/orders").text
    _installed(tenant, 200)
    assert "The licence" not in browser(Role.ADMIN).get("/orders").text


def test_a_service_for_many_factories_says_that_none_is_needed(browser: Opens, tenant: Factory) -> None:
    _installed(tenant, -3)
    with environment(FACTORYOS_MODE="saas"):
        assert "No licence is needed here" in browser(Role.ADMIN).get(PAGE).text
        assert "The licence ended" not in browser(Role.ADMIN).get("/orders").text
