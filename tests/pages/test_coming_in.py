"""How people come in by a browser alone: invited, by a second factor, with a forgotten password, with a new factory."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pyotp import TOTP, random_base32

from api.limits import forget_all
from api.pages.access.half_way import HalfWay
from models.connections.secrets import seal, unseal
from models.records.access.second_factor import sealed
from models.rules.access import Role
from models.rules.lockout import FREE_TRIES
from tests.factories import PASSWORD, Factory
from tests.floor import execute, scalar
from tests.pages.coming_in import NEWCOMER, code_mailed_to, invited
from tests.pages.conftest import Browser
from tests.pages.reading import Reader
from tests.working import environment

Opens = Callable[..., Browser]
NEW = "three lathes and a lamp"
ON_ITS_WAY = "If this user name exists and has an e-mail address, a code is on its way to it."


@pytest.fixture(autouse=True)
def _a_fresh_address() -> Iterator[None]:
    forget_all()
    yield
    forget_all()


def _accept(browser: Browser, token: str, **changes: str) -> Any:
    form = {"username": "Tom.B", "display_name": "Tom Becker", "password": NEW}
    return browser.post(f"/invitations/{token}", form | changes)


def test_whoever_follows_an_invitation_chooses_a_password_and_is_in(browser: Opens, tenant: Factory) -> None:
    token, tom = invited(tenant), browser(None)
    assert "You are invited to Test factory" in Reader(tom.get(f"/invitations/{token}").text).text
    answer = _accept(tom, token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["cache-control"] == "no-store"
    assert tom.get("/").headers["location"] == "/station"
    assert "Tom Becker" in tom.get("/station").text
    again = browser(None)
    came = again.post("/login", {"tenant": tenant.slug, "username": "tom.b", "password": NEW})
    assert came.headers["location"] == "/"


def test_an_invitation_that_is_used_expired_or_none_says_so(browser: Opens, tenant: Factory) -> None:
    used = invited(tenant)
    assert _accept(browser(None), used).status_code == 303
    late = invited(tenant, "late@people.example.com")
    execute(tenant, "UPDATE invitations SET expires_at = now() - interval '1 s' WHERE email LIKE 'late%'")
    for token in (used, late, "nonsense", f"{used[:-3]}abc"):
        for answer in (browser(None).get(f"/invitations/{token}"), _accept(browser(None), token, username="tim")):
            assert answer.status_code == 410
            assert "This invitation is no longer valid" in answer.text
    assert scalar(tenant, "SELECT count(*) FROM users WHERE username = 'tim'") == 0


@pytest.mark.parametrize(
    ("field", "value", "status", "words"),
    [
        ("password", "short", 422, "A password needs at least 12 characters"),
        ("password", "tom.b" * 50, 422, "Please correct the marked fields."),
        ("username", "to m", 422, "Please correct the marked fields."),
        ("display_name", "", 422, "Please correct the marked fields."),
        ("username", "manager", 409, "Choose another user name."),
    ],
)
def test_what_is_wrong_in_an_invitation_is_marked_and_the_rest_stays(  # noqa: PLR0913, PLR0917 - one case
    browser: Opens, tenant: Factory, field: str, value: str, status: int, words: str
) -> None:
    token = invited(tenant)
    answer = _accept(browser(None), token, **{"password": NEW, field: value})
    assert answer.status_code == status
    assert words in Reader(answer.text).text
    marked = answer.text.split(f'id="{field}"')[1].split(">")[0]
    assert 'aria-invalid="true"' in marked
    assert answer.text.count('aria-invalid="true"') == 1
    assert NEW not in answer.text
    assert _accept(browser(None), token).status_code == 303


@pytest.fixture
def seed(tenant: Factory) -> str:
    """The seed of the manager's second factor."""
    made = random_base32()
    execute(
        tenant, "UPDATE users SET totp_secret = :seed, totp_confirmed_at = now() WHERE username = 'manager'",
        seed=sealed(made),
    )  # fmt: skip
    return made


def _log_in(browser: Browser, factory: Factory, **changes: str) -> Any:
    form = {"tenant": factory.slug, "username": "manager", "password": PASSWORD, "next": "/orders"}
    return browser.post("/login", form | changes)


def test_the_second_factor_is_a_second_step_and_leads_where_the_first_would(
    browser: Opens, tenant: Factory, seed: str
) -> None:
    maria = browser(None)
    asked = _log_in(maria, tenant)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login/code")
    kept = asked.headers["set-cookie"]
    assert "HttpOnly" in kept
    assert "Max-Age=300" in kept
    assert PASSWORD not in kept
    page = maria.get("/login/code")
    assert page.status_code == 200
    assert maria.jar["factoryos-half-way"].strip('"') not in page.text
    assert maria.get("/orders").status_code == 303
    refused = maria.post("/login/code", {"second_factor": "000000"})
    assert refused.status_code == 401
    assert "That code is not right." in refused.text
    answer = maria.post("/login/code", {"second_factor": TOTP(seed).now()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    assert 'factoryos-half-way=""' in str(answer.headers)
    assert maria.get("/orders").status_code == 200


@pytest.mark.usefixtures("seed")
def test_codes_cannot_be_tried_for_ever(browser: Opens, tenant: Factory) -> None:
    maria = browser(None)
    _log_in(maria, tenant)
    answers = [maria.post("/login/code", {"second_factor": "000000"}) for _ in range(FREE_TRIES + 1)]
    assert [answer.status_code for answer in answers] == [401] * FREE_TRIES + [429]
    assert "Too many failed tries." in answers[-1].text


def test_a_code_without_a_right_password_before_it_leads_to_the_log_in_page(
    browser: Opens, tenant: Factory, seed: str
) -> None:
    assert browser(None).get("/login/code").headers["location"] == "/login"
    for cookie in ("", "forged", "AAAA" * 20):
        nobody = browser(None)
        nobody.jar["factoryos-half-way"] = cookie
        assert nobody.post("/login/code", {"second_factor": TOTP(seed).now()}).headers["location"] == "/login"
    wrong = browser(None)
    assert _log_in(wrong, tenant, password="wrong").status_code == 401
    assert "factoryos-half-way" not in wrong.jar


def test_a_log_in_half_way_ends_after_five_minutes(browser: Opens, tenant: Factory, seed: str) -> None:
    maria = browser(None)
    _log_in(maria, tenant)
    name, purpose = "factoryos-half-way", "log-in page"
    kept = HalfWay.model_validate_json(unseal(maria.jar[name].strip('"'), purpose))
    maria.jar[name] = seal(kept.model_copy(update={"ends": kept.ends - 301}).model_dump_json(), purpose)
    late = maria.post("/login/code", {"second_factor": TOTP(seed).now()})
    assert late.headers["location"] == "/login"
    assert "That took too long." in maria.get("/login").text


def _forgot(browser: Browser, factory: Factory, username: str) -> Any:
    return browser.post("/password/forgot", {"tenant": factory.slug, "username": username})


def _reset(browser: Browser, factory: Factory, code: str, new_password: str = NEW) -> Any:
    form = {"tenant": factory.slug, "username": "manager", "code": code, "new_password": new_password}
    return browser.post("/password/reset", form)


def test_a_forgotten_password_is_set_anew_by_the_mailed_code(browser: Opens, tenant: Factory) -> None:
    execute(tenant, "UPDATE users SET email = :to WHERE username = 'manager'", to=NEWCOMER)
    maria = browser(None)
    assert 'href="/password/forgot"' in maria.get("/login").text
    assert maria.get("/password/forgot").status_code == 200
    asked = _forgot(maria, tenant, "manager")
    assert asked.status_code == 202
    assert ON_ITS_WAY in asked.text
    code = code_mailed_to(tenant) or ""
    wrong = _reset(maria, tenant, "not it")
    assert wrong.status_code == 403
    assert "This code is not valid" in wrong.text
    assert _reset(maria, tenant, code, "short").status_code == 422
    done = _reset(maria, tenant, code)
    assert (done.status_code, done.headers["location"]) == (303, "/login")
    assert "Your new password is set." in maria.get("/login").text
    assert _log_in(maria, tenant).status_code == 401
    assert _log_in(maria, tenant, password=NEW).status_code == 303
    assert _reset(maria, tenant, code).status_code == 403


def test_asking_for_a_code_tells_nothing_of_names_and_factories(browser: Opens, tenant: Factory) -> None:
    execute(tenant, "UPDATE users SET email = :to WHERE username = 'manager'", to=NEWCOMER)
    pages = {
        _forgot(browser(None), tenant, name).text.replace(name, "NAME") for name in ("manager", "nobody", "viewer")
    }
    elsewhere = browser(None).post("/password/forgot", {"tenant": "no-such-factory", "username": "manager"})
    pages.add(elsewhere.text.replace("manager", "NAME").replace("no-such-factory", tenant.slug))
    assert len(pages) == 1


SAAS = {
    "FACTORYOS_MODE": "saas", "FACTORYOS_DOMAIN": "mes.example.com", "FACTORYOS_PUBLIC_URL": "https://mes.example.com",
}  # fmt: skip


@pytest.fixture
def saas() -> Iterator[None]:
    with environment(**SAAS):
        yield


def _sign_up(browser: Browser, **changes: str) -> Any:
    form = {
        "factory": "Acme Machines", "slug": f"acme-{uuid4().hex[:8]}", "username": "Ada", "display_name": "Ada L.",
        "email": "ada@example.com", "password": NEW,
    }  # fmt: skip
    return browser.post("/sign-up", form | changes)


@pytest.mark.usefixtures("saas")
def test_a_factory_signs_up_and_its_administrator_is_in(browser: Opens) -> None:
    ada, slug = browser(None), f"acme-{uuid4().hex[:8]}"
    assert 'href="/sign-up"' in ada.get("/login").text
    assert ada.get("/sign-up").status_code == 200
    answer = _sign_up(ada, slug=slug)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert ada.get("/").headers["location"] == "/dashboard"
    assert f"https://{slug}.mes.example.com" in ada.get("/dashboard").text
    taken = _sign_up(browser(None), slug=slug)
    assert taken.status_code == 409
    assert "Another factory has this short name." in taken.text


@pytest.mark.usefixtures("saas")
@pytest.mark.parametrize(("field", "value"), [("slug", "a_b"), ("email", "nobody"), ("password", "short")])
def test_what_is_wrong_in_a_sign_up_is_marked(browser: Opens, field: str, value: str) -> None:
    answer = _sign_up(browser(None), **{field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text.split(f'id="{field}"')[1].split(">")[0]


def test_sign_up_is_closed_where_there_is_one_factory(browser: Opens, tenant: Factory) -> None:
    assert scalar(tenant, "SELECT count(*) FROM users") >= len(Role)
    nobody = browser(None)
    assert 'href="/sign-up"' not in nobody.get("/login").text
    for answer in (nobody.get("/sign-up"), _sign_up(nobody)):
        assert answer.headers["location"] == "/login"
    assert "Sign-up is closed" in nobody.get("/login").text
