from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from jinja2 import UndefinedError

from api.pages.frame.assets import assets
from api.pages.frame.environment import TEMPLATES, environment
from api.pages.frame.formats import Formats, zone
from api.pages.frame.texts import whole
from api.pages.frame.words import LANGUAGES, accepted, known, locale, translations
from models.rules.access import Role
from tests.pages.conftest import Browser

Opens = Callable[..., Browser]


def test_built_files_are_kept_for_ever_and_come_compressed(client: TestClient) -> None:
    address = assets().url("app.css")
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert client.get(address, headers={"accept-encoding": "identity"}).text == answer.text
    for missing in ("nothing.css", "app.css", "manifest.json/../x", f"{address.rsplit('/', 1)[1]}.gz"):
        assert client.get(f"/static/{missing}").status_code == 404


def test_the_first_load_is_small() -> None:
    assert assets().first_load <= 120 * 1024


def test_what_goes_wrong_is_a_page_for_people_and_a_document_for_programs(browser: Opens) -> None:
    ada = browser(Role.ADMIN)
    page = ada.get("/nothing/here")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address." in page.text
    for accept in ("*/*", "application/json"):
        document = ada.get("/nothing/here", accept=accept)
        assert document.headers["content-type"] == "application/problem+json"
    assert ada.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"


def test_a_part_of_a_page_asked_for_after_log_out_leads_to_the_door(browser: Opens) -> None:
    answer = browser(None).get("/welcome", hx_request="true")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_what_a_form_said_is_shown_once(browser: Opens) -> None:
    ada = browser(Role.ADMIN)
    ada.jar["said"] = "WyJnb29kIiwgIjxiPlNhdmVkPC9iPiJd"
    page = ada.get("/welcome")
    assert "&lt;b&gt;Saved&lt;/b&gt;" in page.text
    assert 'said=""; expires=' in page.headers["set-cookie"]
    ada.jar["said"] = "not ours"
    assert ada.get("/welcome").status_code == 200


def test_an_undefined_name_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        environment("en").from_string("{{ nobody_gave_this }}").render()


def test_every_template_can_be_read() -> None:
    for file in TEMPLATES.rglob("*.html"):
        environment("en").get_template(str(file.relative_to(TEMPLATES)))


def test_the_language_is_the_first_wish_that_is_spoken_here() -> None:
    assert known((None, "de-CH", "en")) == "de"
    assert known(("fr", "")) == "en"
    assert accepted("en;q=0.2, de;q=0.9, fr;q=x, *;q=0.1") == ["de", "en", "*"]


def test_a_code_stays_whole_and_a_long_one_breaks_behind_its_own_signs() -> None:
    assert whole("A<B-7") == '<span class="whole">A&lt;B-7</span>'
    assert whole("CAP_100NF-0402/50V.X") == ('<span class="whole">CAP_<wbr>100NF-<wbr>0402/<wbr>50V.<wbr>X</span>')


def test_a_day_is_written_as_its_language_writes_it() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    shown = {
        language: Formats(locale(language), zone("Europe/Berlin"), translations(language), now)
        for language in LANGUAGES
    }
    at = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    assert [">Mon 16 Nov<" in shown["en"].day(at), ">Mo., 16. Nov.<" in shown["de"].day(at)] == [True, True]
    assert ">16. Nov., 09:30<" in shown["de"].instant(at)
    assert ">3. Mai 2025<" in shown["de"].day(datetime(2025, 5, 3, tzinfo=UTC))
