"""The licence: only what the vendor signed is taken, seats are counted once, and no end of it stops anybody."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from deploy.cli import app
from models.connections.licence_files import new_key, public_text, sign
from models.messages.licensing import Licence
from models.rules.licensing import COMMUNITY_SEATS
from models.tables.licensing import LicenceFile
from tests.api.conftest import Api
from tests.api.people import Somebody, change
from tests.api.running import slug
from tests.factories import PASSWORD, Factory
from tests.working import environment

VENDOR, FOREIGN = new_key(), new_key()
SOON = timedelta(days=200)


@pytest.fixture(autouse=True)
def vendor() -> Iterator[None]:
    with environment(FACTORYOS_LICENCE_KEY=public_text(VENDOR)):
        yield


def licence(key: Any = VENDOR, *, seats: int = 40, ends_in: timedelta = SOON, **more: Any) -> str:
    now = datetime.now(UTC)
    said = {"licence_id": "LIC-1", "holder": "Berg GmbH", "seats": seats, "issued_at": now, "expires_at": now + ends_in}
    return sign(Licence(**said | more), key)


def install(api: Api, content: str) -> Any:
    return api.put("/licence", {"licence": content})


def fill_up(factory: Factory, people: int) -> None:
    """Make as many people as there shall be."""
    with factory.begin() as session:
        session.execute(
            text("""
            INSERT INTO users (tenant_id, id, username, display_name, role, kind, active, language, time_zone,
                               row_version, created_at, updated_at)
            SELECT :tenant, gen_random_uuid(), 'person-' || n, 'Person', 'viewer', 'person', true, 'en', 'UTC', 1,
                   now(), now()
              FROM generate_series(1, :wanted - (SELECT count(*) FROM users WHERE active AND kind = 'person')) n
        """), {"tenant": factory.id, "wanted": people},
        )  # fmt: skip


def add(api: Api, name: str = "late") -> Any:
    return api.post("/users", {"username": name, "display_name": "Late", "role": "viewer"})


def test_without_a_licence_the_community_allowance_is_said_plainly(api: Api, tenant: Factory) -> None:
    view = api.get("/licence").json()
    assert (view["standing"], view["seats_allowed"], view["licence"]) == ("community", COMMUNITY_SEATS, None)
    assert view["seats_used"] == len(tenant.people)
    assert view["installation"] == str(tenant.id)


def test_a_licence_is_installed_once_and_told_to_the_audit_trail(api: Api, audited: Callable[[], list[Any]]) -> None:
    content = licence(features=("planning",))
    wrapped = "\n".join(content[start : start + 60] for start in range(0, len(content), 60))
    for text_of_it in (content, wrapped):
        view = install(api, text_of_it)
        assert view.status_code == 200, view.text
    assert (view.json()["standing"], view.json()["seats_allowed"]) == ("valid", 40)
    assert view.json()["licence"]["holder"] == "Berg GmbH"
    (entry,) = [each for each in audited() if each["action"] == "licence:installed"]
    assert (entry["before"], entry["after"]["seats"]) == (None, 40)


def _token(header: dict[str, Any], content: bytes, signature: bytes | Callable[[bytes], bytes] = b"") -> str:
    def encoded(raw: bytes) -> bytes:
        return urlsafe_b64encode(raw).rstrip(b"=")

    signed = encoded(json.dumps(header).encode()) + b"." + encoded(content)
    made = signature(signed) if callable(signature) else signature
    return (signed + b"." + encoded(made)).decode()


def _said() -> bytes:
    now = datetime.now(UTC)
    wished = Licence(licence_id="LIC-X", holder="Mallory", seats=9999, issued_at=now, expires_at=now + SOON)
    return wished.model_dump_json().encode()


def _hmac_with(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: digest(secret, signed, sha256)


def _attacks() -> dict[str, str]:
    public, good, kind = public_text(VENDOR), licence(), "factoryos-licence"
    first, middle, last = good.split(".")
    pem = VENDOR.as_pem(private=False)
    own = {"jwk": FOREIGN.as_dict(private=False)}
    return {
        "no algorithm": _token({"alg": "none", "typ": kind}, _said()),
        "no algorithm, no type": _token({"alg": "none"}, _said()),
        "HMAC with the public key": _token({"alg": "HS256", "typ": kind}, _said(), _hmac_with(public.encode())),
        "HMAC with the public key's file": _token({"alg": "HS256", "typ": kind}, _said(), _hmac_with(pem)),
        "HMAC said to be Ed25519": _token({"alg": "Ed25519", "typ": kind}, _said(), _hmac_with(public.encode())),
        "another vendor": licence(FOREIGN),
        "another vendor's key along": _token({"alg": "Ed25519", "typ": kind, **own}, _said(), b"x" * 64),
        "changed content": f"{first}.{urlsafe_b64encode(_said()).decode().rstrip('=')}.{last}",
        "cut signature": good[:-4],
        "no signature": f"{first}.{middle}.",
        "another purpose": _token({"alg": "Ed25519", "typ": "JWT"}, _said(), b"x" * 64),
        "a critical extension": _token({"alg": "Ed25519", "typ": kind, "crit": ["exp"]}, _said(), b"x" * 64),
    }


@pytest.mark.parametrize("attack", _attacks())
def test_what_the_vendor_did_not_sign_is_refused_by_name(api: Api, attack: str) -> None:
    answer = install(api, _attacks()[attack])
    assert (answer.status_code, slug(answer)) == (422, "licence-refused"), answer.text
    assert answer.json()["fault"] == "not-signed-by-the-vendor"
    assert answer.json()["errors"][0]["pointer"] == "/licence"
    assert api.get("/licence").json()["standing"] == "community"


@pytest.mark.parametrize(
    "nonsense", ["x", "a.b.c", "....", "[[[[.x.y", "ü.ü.ü", "e30.e30", "W10.e30.e30", "\u0000.a.b"]
)
def test_nonsense_is_no_licence(api: Api, nonsense: str) -> None:
    answer = install(api, nonsense)
    assert (answer.status_code, answer.json()["fault"]) == (422, "not-a-licence"), answer.text


def test_a_signed_text_of_another_shape_is_not_understood(api: Api) -> None:
    def signed(part: bytes) -> bytes:
        return VENDOR.get_op_key("sign").sign(part)

    for content in (b"{}", b"[]", b"nothing", b'{"seats": -1}'):
        answer = install(api, _token({"alg": "Ed25519", "typ": "factoryos-licence"}, content, signed))
        assert answer.json()["fault"] == "content-not-understood", answer.text


def test_a_licence_that_has_ended_or_is_anothers_is_not_installed(api: Api, tenant: Factory) -> None:
    ended = install(api, licence(ends_in=timedelta(seconds=-1)))
    assert (ended.status_code, ended.json()["fault"]) == (422, "ended")
    foreign = install(api, licence(installation=uuid4()))
    assert foreign.json()["fault"] == "another-installation"
    assert str(tenant.id) in foreign.json()["detail"]
    assert install(api, licence(installation=tenant.id)).status_code == 200


def test_nobody_new_comes_in_beyond_the_seats_and_everybody_who_is_in_goes_on(api: Api, tenant: Factory) -> None:
    tom = Somebody(api, "tom")
    fill_up(tenant, COMMUNITY_SEATS)
    refused = add(api)
    assert (refused.status_code, slug(refused)) == (409, "no-seat-left")
    assert "Deactivate somebody" in refused.json()["detail"]
    assert refused.json()["seats_allowed"] == COMMUNITY_SEATS
    assert tom.get("/work-orders").status_code == 200
    person = api.get(f"/users/{tom.id}").json()
    assert api.put(f"/users/{tom.id}", change(person, display_name="Thomas"), 1).status_code == 200
    put_out = api.delete(f"/users/{tom.id}", 2).json()
    assert add(api).status_code == 201
    back = api.put(f"/users/{tom.id}", change(person), put_out["row_version"])
    assert slug(back) == "no-seat-left"
    assert install(api, licence(seats=COMMUNITY_SEATS + 1)).status_code == 200
    assert api.put(f"/users/{tom.id}", change(person), put_out["row_version"]).status_code == 200


def test_two_administrators_who_give_the_last_seat_at_once_give_it_once(api: Api, tenant: Factory) -> None:
    fill_up(tenant, COMMUNITY_SEATS - 1)
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda number: add(api, f"late-{number}").status_code, range(8)))
    assert sorted(answers) == [201] + [409] * 7
    assert api.get("/licence").json()["seats_used"] == COMMUNITY_SEATS


def _installed_long_ago(factory: Factory, content: str) -> None:
    with factory.begin() as session:
        session.add(LicenceFile(tenant_id=factory.id, text=content, installed_by=factory.actor().user_id))


def test_the_end_of_a_licence_puts_nobody_out(api: Api, tenant: Factory) -> None:
    _installed_long_ago(tenant, licence(seats=60, ends_in=timedelta(days=-1)))
    fill_up(tenant, 50)
    view = api.get("/licence").json()
    assert (view["standing"], view["seats_used"], view["seats_allowed"]) == ("ended", 50, COMMUNITY_SEATS)
    for role in ("technician", "manager", "viewer"):
        assert api.as_(role).get("/auth/me").status_code == 200
    assert slug(add(api)) == "no-seat-left"
    assert install(api, licence(seats=60)).json()["standing"] == "valid"
    assert add(api).status_code == 201


def test_what_the_present_key_does_not_prove_counts_as_no_licence(api: Api, tenant: Factory) -> None:
    _installed_long_ago(tenant, licence(FOREIGN, seats=900))
    view = api.get("/licence").json()
    assert (view["standing"], view["unreadable"], view["licence"]) == ("community", True, None)
    with environment(FACTORYOS_LICENCE_KEY=""):
        refused = install(api, licence())
        assert refused.json()["fault"] == "no-public-key"
        assert "knows no vendor" in refused.json()["detail"]
    with environment(FACTORYOS_LICENCE_KEY="not a key"):
        assert api.get("/licence").json()["standing"] == "community"
        assert install(api, licence()).json()["fault"] == "no-public-key"


def test_service_accounts_take_no_seat(api: Api, tenant: Factory) -> None:
    fill_up(tenant, COMMUNITY_SEATS)
    machine = {"username": "erp", "name": "ERP", "role": "developer"}
    api.made("/keys", {"name": "ERP", "scopes": ["catalog:read"], "service_account": machine})
    assert api.get("/licence").json()["seats_used"] == COMMUNITY_SEATS


def test_a_service_for_many_factories_counts_nobody(api: Api, tenant: Factory) -> None:
    fill_up(tenant, COMMUNITY_SEATS + 5)
    with environment(FACTORYOS_MODE="saas"):
        view = api.get("/licence").json()
        assert (view["standing"], view["seats_allowed"]) == ("not_needed", None)
        assert add(api).status_code == 201


def test_another_factorys_licence_is_not_ours(api: Api, stranger: Api) -> None:
    install(api, licence())
    assert stranger.get("/licence").json()["licence"] is None


@pytest.fixture
def told(address: str, tenant: Factory, tmp_path: Path) -> Callable[..., Result]:
    """Run `factoryos licence` as this factory's administrator."""

    def run(*words: str) -> Result:
        there = {
            "FACTORYOS_URL": address, "FACTORYOS_USER": "admin", "FACTORYOS_PASSWORD": PASSWORD,
            "FACTORYOS_TENANT": tenant.slug, "FACTORYOS_HOME": str(tmp_path), "COLUMNS": "200",
        }  # fmt: skip
        return CliRunner().invoke(app, ["licence", *words], env=there)

    return run


def test_a_vendor_makes_keys_signs_and_a_factory_installs_on_the_command_line(
    told: Callable[..., Result], tmp_path: Path
) -> None:
    key, file = tmp_path / "vendor.pem", tmp_path / "factory.licence"
    public = told("keys", str(key)).stdout.strip()
    assert key.stat().st_mode & 0o777 == 0o600
    assert told("keys", str(key)).exit_code == 1, "a key is never written over"
    issued = told("issue", str(key), "--holder", "Berg GmbH", "--seats", "60", "--until", "2126-12-31")
    assert issued.exit_code == 0, issued.output
    file.write_text(issued.stdout)
    refused = told("install", str(file))
    assert refused.exit_code == 1
    assert "did not sign" in refused.output
    with environment(FACTORYOS_LICENCE_KEY=public):
        installed = told("install", str(file))
        assert installed.exit_code == 0, installed.output
        assert "Berg GmbH, standard, 60 seats" in installed.stdout
        assert json.loads(told("show", "--json").stdout)["standing"] == "valid"
    assert "community allowance" in told("show").stdout


@pytest.mark.parametrize("until", ["soon", "2027-13-01", "9999-12-31", "2027-1-1"])
def test_a_day_that_is_none_is_wrong_usage(told: Callable[..., Result], tmp_path: Path, until: str) -> None:
    told("keys", str(tmp_path / "vendor.pem"))
    answer = told("issue", str(tmp_path / "vendor.pem"), "--holder", "x", "--seats", "1", "--until", until)
    assert answer.exit_code == 2, answer.output


def test_a_file_that_is_no_key_signs_nothing(told: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    answer = told("issue", str(tmp_path / "x.pem"), "--holder", "x", "--seats", "1", "--until", "2127-01-01")
    assert (answer.exit_code, "no private key" in answer.output) == (1, True)
