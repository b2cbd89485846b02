"""Logging in with a company's own log-in server: a real provider process, and tokens it would never sign."""

import hmac
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from api import oidc_state
from deploy.stack.ports import choose
from models.connections.oidc import NotProven, verified
from tests.api.conftest import Api
from tests.api.running import slug, until
from tests.floor import execute, rows, scalar
from tests.receiver import receiving
from tests.working import environment

CLIENT_SECRET = "the secret of FactoryOS at the provider"
PATIENCE = 60  # seconds that the provider may take on a busy machine


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider of its own process, which lets in whoever names themselves."""
    port = choose({}, auto=True).api
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url))
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/.well-known/openid-configuration", timeout=PATIENCE).status_code == 200
    except httpx2.HTTPError:
        return False


class Elsewhere:
    """A browser that logs in at the provider, step by step."""

    def __init__(self, api: Api, issuer: str, **provider: Any) -> None:
        self.api, self.issuer = api, issuer
        draft = {
            "code": "company", "name": "Company log-in", "issuer": issuer, "client_id": "factoryos",
            "client_secret": CLIENT_SECRET, **provider,
        }  # fmt: skip
        self.provider = api.made("/identity-providers", draft)
        api.client.cookies.clear()

    def knows(self, subject: str, **claims: Any) -> str:
        httpx2.put(f"{self.issuer}/users/{subject}", json=claims, timeout=PATIENCE).raise_for_status()
        return subject

    def start(self, following: str = "/jobs") -> Any:
        asked = {"tenant": self.api.factory.slug, "next": following}
        return self.api.client.get(
            "/api/v1/auth/oidc/company/start", params=asked, follow_redirects=False
        )  # fmt: skip

    def agree(self, subject: str, started: Any) -> str:
        """Log in at the provider; returns the address it sends the browser back to."""
        assert started.status_code == 303, started.text
        answer = httpx2.post(started.headers["location"], data={"sub": subject}, timeout=PATIENCE)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def come_back(self, address: str) -> Any:
        return self.api.client.get(address, follow_redirects=False)

    def log_in(self, subject: str) -> Any:
        return self.come_back(self.agree(subject, self.start()))

    def me(self) -> Any:
        return self.api.client.get("/api/v1/auth/me")


@pytest.fixture
def elsewhere(api: Api, issuer: str) -> Iterator[Elsewhere]:
    yield Elsewhere(api, issuer, default_role="technician")
    api.client.cookies.clear()


@pytest.fixture
def strict(api: Api, issuer: str) -> Iterator[Elsewhere]:
    """Makes nobody new."""
    yield Elsewhere(api, issuer)
    api.client.cookies.clear()


def email_of(api: Api, username: str) -> str:
    address = f"{username}.{uuid4().hex[:8]}@company.example"
    execute(api.factory, "UPDATE users SET email = :email WHERE username = :name", email=address, name=username)
    return address


def test_somebody_new_becomes_the_default_role_and_is_known_the_next_time(elsewhere: Elsewhere) -> None:
    subject = elsewhere.knows(f"s-{uuid4()}", name="Ada L.", preferred_username="Ada Lovelace!")
    answer = elsewhere.log_in(subject)
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    first = elsewhere.me().json()
    assert (first["username"], first["display_name"], first["role"]) == ("ada-lovelace", "Ada L.", "technician")
    elsewhere.api.client.cookies.clear()
    assert elsewhere.log_in(subject).status_code == 303
    assert elsewhere.me().json()["id"] == first["id"]
    assert scalar(elsewhere.api.factory, "SELECT count(*) FROM user_identities") == 1


def test_two_people_of_one_name_get_two_accounts(elsewhere: Elsewhere) -> None:
    names = set()
    for _ in range(2):
        elsewhere.log_in(elsewhere.knows(f"s-{uuid4()}", preferred_username="ada"))
        names.add(elsewhere.me().json()["username"])
        elsewhere.api.client.cookies.clear()
    assert names == {"ada", "ada-2"}


def test_a_verified_address_finds_its_person(strict: Elsewhere, audited: Any) -> None:
    address = email_of(strict.api, "manager")
    subject = strict.knows(f"s-{uuid4()}", email=address.upper(), email_verified=True)
    assert strict.log_in(subject).status_code == 303
    assert strict.me().json()["username"] == "manager"
    entries = {entry["action"]: entry for entry in audited()}
    assert entries["access:logged_in"]["after"]["factor"] == "oidc"
    assert entries["access:logged_in"]["after"]["kind"] == "browser"
    assert entries["users:linked"]["after"] == {"provider": "company"}
    assert address not in str(entries)
    assert subject not in str(entries)


@pytest.mark.parametrize("verified_as", [False, None, "true", 1])
def test_an_address_nobody_vouches_for_finds_nobody(strict: Elsewhere, verified_as: Any) -> None:
    address = email_of(strict.api, "manager")
    claims = {"email": address} | ({} if verified_as is None else {"email_verified": verified_as})
    refused = strict.log_in(strict.knows(f"s-{uuid4()}", **claims))
    assert (refused.status_code, slug(refused)) == (403, "not-known-here")
    assert strict.me().status_code == 401


def test_an_address_nobody_vouches_for_makes_somebody_new_without_it(elsewhere: Elsewhere) -> None:
    address = email_of(elsewhere.api, "manager")
    assert elsewhere.log_in(elsewhere.knows(f"s-{uuid4()}", email=address)).status_code == 303
    me = elsewhere.me().json()
    assert me["role"] == "technician"
    (user,) = rows(elsewhere.api.factory, "SELECT email FROM users WHERE id = :id", id=me["id"])
    assert user.email is None


def test_who_gets_somebodys_old_address_does_not_get_their_account(strict: Elsewhere) -> None:
    address = email_of(strict.api, "manager")
    assert strict.log_in(strict.knows(f"s-{uuid4()}", email=address, email_verified=True)).status_code == 303
    strict.api.client.cookies.clear()
    refused = strict.log_in(strict.knows(f"s-{uuid4()}", email=address, email_verified=True))
    assert slug(refused) == "not-known-here"


def test_a_deactivated_person_stays_outside_and_is_not_made_again(elsewhere: Elsewhere) -> None:
    address = email_of(elsewhere.api, "manager")
    subject = elsewhere.knows(f"s-{uuid4()}", email=address, email_verified=True)
    execute(elsewhere.api.factory, "UPDATE users SET active = false WHERE username = 'manager'")
    assert slug(elsewhere.log_in(subject)) == "not-known-here"
    execute(elsewhere.api.factory, "UPDATE users SET active = true WHERE username = 'manager'")
    assert elsewhere.log_in(subject).status_code == 303
    elsewhere.api.client.cookies.clear()
    execute(elsewhere.api.factory, "UPDATE users SET active = false WHERE username = 'manager'")
    assert slug(elsewhere.log_in(subject)) == "not-known-here"
    assert scalar(elsewhere.api.factory, "SELECT count(*) FROM users WHERE role = 'technician'") == 1


def test_a_start_binds_browser_token_and_code(elsewhere: Elsewhere) -> None:
    started = elsewhere.start()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://factory.test/api/v1/auth/oidc/company/callback"
    assert asked["scope"] == "openid profile email"
    cookie = started.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    for secret in (asked["state"], asked["nonce"], asked["code_challenge"]):
        assert len(secret) >= 40
        assert secret not in cookie
    again = parse_qs(urlsplit(elsewhere.start().headers["location"]).query)
    assert {again["state"][0], again["nonce"][0]}.isdisjoint({asked["state"], asked["nonce"]})


def test_another_browser_cannot_finish_a_log_in(elsewhere: Elsewhere) -> None:
    address = elsewhere.agree("somebody", elsewhere.start())
    kept = dict(elsewhere.api.client.cookies)
    elsewhere.api.client.cookies.clear()
    refused = elsewhere.come_back(address)
    assert (refused.status_code, slug(refused)) == (401, "log-in-not-proven")
    elsewhere.start()
    assert slug(elsewhere.come_back(address)) == "log-in-not-proven", "a browser on a journey of its own"
    elsewhere.api.client.cookies.clear()
    elsewhere.api.client.cookies.set("factoryos-oidc", kept["factoryos-oidc"][:-4] + "AAAA")
    assert slug(elsewhere.come_back(address)) == "log-in-not-proven", "a tampered journey"
    elsewhere.api.client.cookies.clear()
    elsewhere.api.client.cookies.set("factoryos-oidc", kept["factoryos-oidc"])
    assert elsewhere.come_back(address).status_code == 303


@pytest.mark.parametrize("change", [{"state": "wrong"}, {"state": ""}, {"iss": "http://another.example"}])
def test_an_answer_that_is_not_for_this_journey_is_refused(elsewhere: Elsewhere, change: dict[str, str]) -> None:
    address = httpx2.URL(elsewhere.agree("somebody", elsewhere.start())).copy_merge_params(change)
    assert slug(elsewhere.come_back(str(address))) == "log-in-not-proven"
    assert elsewhere.me().status_code == 401


def test_a_code_works_once(elsewhere: Elsewhere) -> None:
    started = elsewhere.start()
    journey = elsewhere.api.client.cookies["factoryos-oidc"]
    address = elsewhere.agree("somebody", started)
    first = elsewhere.come_back(address)
    assert first.status_code == 303
    assert "factoryos-oidc" not in elsewhere.api.client.cookies
    elsewhere.api.client.cookies.clear()
    elsewhere.api.client.cookies.set("factoryos-oidc", journey)
    assert slug(elsewhere.come_back(address)) == "log-in-not-proven"


def test_a_code_of_another_log_in_brings_a_wrong_nonce(elsewhere: Elsewhere) -> None:
    stolen = httpx2.URL(elsewhere.agree("victim", elsewhere.start())).params["code"]
    own = httpx2.URL(elsewhere.agree("thief", elsewhere.start())).copy_set_param("code", stolen)
    assert slug(elsewhere.come_back(str(own))) == "log-in-not-proven"
    assert elsewhere.me().status_code == 401


def test_a_no_at_the_provider_is_told(elsewhere: Elsewhere) -> None:
    started = elsewhere.start()
    answer = httpx2.post(started.headers["location"], data={"action": "deny"}, timeout=PATIENCE)
    state = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    assert answer.status_code == 302
    address = f"/api/v1/auth/oidc/company/callback?error=access_denied&state={state}"
    assert slug(elsewhere.come_back(address)) == "log-in-not-proven"


@pytest.mark.parametrize(
    "following",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "jobs", "", "/a b", "/\tx", "/é"],
)
def test_after_the_log_in_one_stays_here(elsewhere: Elsewhere, following: str) -> None:
    assert elsewhere.start(following).status_code == 422


def test_the_log_in_page_learns_code_and_name_of_active_providers_only(elsewhere: Elsewhere, stranger: Api) -> None:
    def offered(factory: str) -> Any:
        return elsewhere.api.client.get("/api/v1/auth/providers", params={"tenant": factory}).json()["items"]

    assert offered(elsewhere.api.factory.slug) == [{"code": "company", "name": "Company log-in"}]
    assert offered(stranger.factory.slug) == []
    assert offered("no-such-factory") == []
    elsewhere.api.delete(f"/identity-providers/{elsewhere.provider['id']}", version=1)
    assert offered(elsewhere.api.factory.slug) == []
    assert elsewhere.start().status_code == 404


def test_a_journey_of_one_factory_does_not_end_in_another(elsewhere: Elsewhere, stranger: Api, issuer: str) -> None:
    other = Elsewhere(stranger, issuer, default_role="manager")
    assert elsewhere.log_in("somebody").status_code == 303
    assert elsewhere.me().json()["tenant_id"] == str(elsewhere.api.factory.id)
    assert scalar(other.api.factory, "SELECT count(*) FROM user_identities") == 0


def test_a_provider_that_is_away_or_confused_is_told_in_words(api: Api) -> None:
    with receiving() as confused:
        elsewhere = Elsewhere(api, confused.url)
        for body in (b"", b"[]", b"{}", b'{"issuer": "http://other"}', b"x" * 2_000_000):
            confused.says(200, body)
            answer = elsewhere.start()
            assert (answer.status_code, slug(answer)) == (502, "log-in-server-away"), body[:20]
        confused.says(302, Location="http://127.0.0.1:1/")
        assert elsewhere.start().status_code == 502
    assert elsewhere.start().status_code == 502


def test_a_provider_is_called_only_where_calls_may_go(api: Api, issuer: str) -> None:
    draft = {"code": "company", "name": "x", "issuer": issuer, "client_id": "x", "client_secret": "x"}
    for url in ("http://169.254.169.254/x", "http://accounts.example.com", "https://0.0.0.0/", "https://8.8.8.8:25/"):
        refused = api.post("/identity-providers", draft | {"issuer": url})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/issuer"), url
    with environment(FACTORYOS_MODE="saas"):
        assert api.post("/identity-providers", draft).status_code == 422
        with environment(FACTORYOS_WEBHOOK_NETWORKS="127.0.0.1/32"):
            made = api.made("/identity-providers", draft)
        api.client.cookies.clear()
        started = api.client.get(f"/api/v1/auth/oidc/company/start?tenant={api.factory.slug}")
        assert (started.status_code, slug(started)) == (502, "log-in-server-away")
    assert made["issuer"] == issuer


def test_the_clients_secret_is_stored_sealed_and_never_shown(elsewhere: Elsewhere) -> None:
    api, path = elsewhere.api, f"/identity-providers/{elsewhere.provider['id']}"
    draft = {"code": "company", "name": "New name", "issuer": elsewhere.issuer, "client_id": "factoryos"}
    sealed = scalar(api.factory, "SELECT client_secret FROM identity_providers")
    changed = api.put(path, draft, version=1)
    assert (changed.status_code, changed.json()["name"]) == (200, "New name")
    assert scalar(api.factory, "SELECT client_secret FROM identity_providers") == sealed
    api.put(path, draft | {"client_secret": "another"}, version=2)
    assert scalar(api.factory, "SELECT client_secret FROM identity_providers") != sealed
    kept = [api.get(path).text, api.get("/identity-providers").text, changed.text]
    for table in ("identity_providers", "outbox", "idempotency_keys"):
        kept += [str(row) for row in rows(api.factory, f"SELECT * FROM {table}")]  # noqa: S608
    assert not [one for one in kept if CLIENT_SECRET in one or "another" in one]


def test_a_provider_keeps_its_code_and_issuer_and_makes_no_administrators(elsewhere: Elsewhere, stranger: Api) -> None:
    api, path = elsewhere.api, f"/identity-providers/{elsewhere.provider['id']}"
    draft = {"code": "company", "name": "x", "issuer": elsewhere.issuer, "client_id": "x", "client_secret": "x"}
    assert api.put(path, draft | {"code": "other"}, version=1).status_code == 409
    assert api.put(path, draft | {"issuer": elsewhere.issuer + "/x"}, version=1).status_code == 409
    for role in ("admin", "no_such_role"):
        refused = api.put(path, draft | {"default_role": role}, version=1)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/default_role")
    assert api.post("/identity-providers", draft).status_code == 409
    assert api.post("/identity-providers", {**draft, "code": "x", "client_secret": None}).status_code == 422
    assert stranger.get(path).status_code == 404
    assert stranger.delete(path, version=1).status_code == 404


ISSUER, CLIENT, NONCE = "https://login.example", "factoryos", "n-0S6_WzA2Mj"
RSA, OTHER_RSA = (RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}) for _ in range(2))
HS256_HEADER, NONE_HEADER = b'{"alg": "HS256", "kid": "one"}', b'{"alg": "none", "kid": "one"}'
EC = ECKey.generate_key("P-256", {"kid": "two"})
JWKS: dict[str, Any] = KeySet([RSA, EC]).as_dict(private=False)  # type: ignore[assignment]


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "s", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": NONCE} | changes
    return {name: value for name, value in claims.items() if value is not None}


def _signed(claims: dict[str, Any], key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": alg, "kid": "one", **header}, claims, key, algorithms=[alg])


def _verified(token: str, algorithms: tuple[str, ...] = ("RS256", "ES256"), keys: Any = None) -> Any:
    return verified(
        token, keys or JWKS, issuer=ISSUER, client_id=CLIENT, nonce=NONCE, algorithms=list(algorithms)
    )  # fmt: skip


def test_a_token_of_the_provider_for_us_and_now_is_believed() -> None:
    assert _verified(_signed(_claims()))["sub"] == "s"
    assert _verified(_signed(_claims(aud=[CLIENT])))["sub"] == "s"
    assert _verified(_signed(_claims(aud=["other", CLIENT], azp=CLIENT)))["sub"] == "s"
    assert _verified(_signed(_claims(), EC, "ES256", kid="two"))["sub"] == "s"
    strange = {"keys": [{"kty": "new", "x": "y"}, {"kty": "oct", "k": "AAAA", "kid": "one"}, *JWKS["keys"]]}
    assert _verified(_signed(_claims()), keys=strange)["sub"] == "s"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"}, {"aud": ["another"]}, {"aud": None}, {"aud": []}, {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"}, {"azp": "another"},
        {"iss": "https://login.example/"}, {"iss": None}, {"iss": [ISSUER]},
        {"nonce": "another"}, {"nonce": None}, {"nonce": ""}, {"nonce": [NONCE, "x"]},
        {"exp": 1}, {"exp": None}, {"exp": "soon"}, {"iat": None}, {"iat": int(time.time()) + 10**8},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": ["s"]}, {"sub": "x" * 256}, {"sub": "a\x00b"},
        {"nbf": int(time.time()) + 10**8},
    ],
)  # fmt: skip
def test_a_token_that_says_the_wrong_thing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotProven):
        _verified(_signed(_claims(**changes)))


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _signed_with_the_public_key(public: bytes, body: str) -> str:
    """The old trick: HS256 with what everybody knows. The library refuses to do it, so it is done by hand."""
    content = f"{_unpadded(HS256_HEADER)}.{body}"
    return f"{content}.{_unpadded(hmac.digest(public, content.encode(), 'sha256'))}"


def test_a_token_signed_by_anybody_else_is_refused() -> None:
    public = RSA.as_pem(private=False)
    good = _signed(_claims())
    head, body, mark = good.split(".")
    unsigned = f"{_unpadded(NONE_HEADER)}.{body}."
    forged = [
        _signed(_claims(), OTHER_RSA), _signed(_claims(), OTHER_RSA, kid="unknown"), unsigned,
        f"{head}.{body}.", f"{head}.{body}.{mark[::-1]}", "", "x", "a.b.c",
        _signed_with_the_public_key(public, body),
        _signed(_claims(), OctKey.import_key("AAAA" * 10), "HS256"),
    ]  # fmt: skip
    for token in forged:
        for algorithms in (("RS256", "ES256"), ("RS256", "HS256", "none"), ("HS256",), ("none",), ()):
            with pytest.raises(NotProven):
                _verified(token, algorithms)
    with pytest.raises(NotProven):
        _verified(_signed(_claims(), RSA, "RS512"), ("RS256",))
    for keys in ({"keys": []}, {"keys": "x"}, {"keys": [{"kty": "RSA"}]}, {"nothing": 1}):
        with pytest.raises(NotProven):
            _verified(good, keys=keys)


def test_a_journey_that_took_too_long_is_over(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc_state, "_LIFE_SECONDS", -1)
    started = elsewhere.start()
    cookie = started.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    elsewhere.api.client.cookies.set("factoryos-oidc", cookie)
    assert slug(elsewhere.come_back(elsewhere.agree("somebody", started))) == "log-in-not-proven"
