from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages.frame import assets
from deploy.stack.plan import Plan
from models.connections.postgres import begin
from models.messages.access import Actor
from models.records.access import sessions
from models.rules.access import Role
from tests.factories import Factory, other_tenant, tenant

__all__ = ["other_tenant", "tenant"]
ORIGIN = "http://factory.test"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}


@pytest.fixture(scope="session")
def client(servers: Plan) -> Iterator[TestClient]:  # noqa: ARG001 - the servers must run
    """The app in this process; an unexpected error fails the test with its traceback."""
    if not (assets.FOLDER / "manifest.json").is_file():
        pytest.fail("The pages' style and scripts are not built; run `make setup`.")
    with TestClient(create_app(), base_url=ORIGIN, follow_redirects=False) as made:
        yield made


def session_cookie(actor: Actor) -> str:
    """Open a session in a browser for somebody, and return its cookie."""
    with begin(actor.tenant_id) as session:
        opened = sessions.open_session(
            session, tenant_id=actor.tenant_id, user_id=actor.user_id, kind="browser", life=timedelta(hours=8)
        )
    return f"factoryos={opened.id.hex}.{opened.secret}"


class Browser:
    """One person's browser: asks for pages, keeps what it is given, says where its forms come from."""

    def __init__(self, client: TestClient, actor: Actor | None) -> None:
        self.client, self.jar = client, {}
        if actor is not None:
            name, _, value = session_cookie(actor).partition("=")
            self.jar[name] = value

    def get(self, path: str, **headers: str) -> Any:
        return self._send("GET", path, headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._send("POST", path, {"origin": ORIGIN, **headers}, data=form or {})

    def send_raw(self, path: str, body: bytes, **headers: str) -> Any:
        """Post a body as it is, such as a form with a file."""
        return self._send("POST", path, {"origin": ORIGIN, **headers}, content=body)

    def upload(self, path: str, name: str, content: bytes, form: dict[str, str]) -> Any:
        return self._send("POST", path, {"origin": ORIGIN}, data=form, files={"file": (name, content)})

    def _send(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Any:
        self.client.cookies.clear()
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        named = {**BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.client.request(method, path, headers=named | ({"cookie": cookies} if cookies else {}), **more)
        self.jar |= dict(answer.cookies.items())
        return answer


@pytest.fixture
def browser(client: TestClient, tenant: Factory) -> Callable[..., Browser]:
    """A browser in which a person of this role is logged in; nobody with None."""

    def opened(role: Role | str | None = Role.ADMIN) -> Browser:
        return Browser(client, None if role is None else tenant.actor(role))

    return opened
