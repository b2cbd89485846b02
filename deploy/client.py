"""The command line's way to the API: log in once, say what was asked, and read the answer or the refusal."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self, TypeVar
from uuid import uuid4

import httpx2
from pydantic import TypeAdapter, ValidationError

from deploy.log_ins import LogIn
from deploy.stack.state import State
from models.messages.access import LoggedIn

Answer = TypeVar("Answer")
_JSON = TypeAdapter(dict[str, Any])
_SECONDS = 120  # a list of 20,000 rows takes a while to write
_UNAVAILABLE = 503
_SHOWN = 30


class ServerAway(Exception):  # noqa: N818 - errors name the refusal
    """Nobody answers at the address, or the server's own servers are away."""


class NoLogIn(Exception):  # noqa: N818 - errors name the refusal
    """Neither options, environment nor a local stack say where to go and as whom."""


class ApiRefused(Exception):  # noqa: N818 - errors name the refusal
    """The API said no; `document` is its problem document (RFC 9457)."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(str(document.get("detail") or document.get("title") or f"The server answered {status}."))
        self.status, self.document = status, document

    def lines(self) -> Iterator[str]:
        """Tell the refusal to a person: the sentence, then each field, row, fault or step of a circle it names."""
        yield str(self)
        for error in _named(self.document, "errors"):
            yield f"{error.get('pointer') or error.get('parameter')}: {error.get('detail')}"
        for row in _named(self.document, "rows"):
            yield f"Line {row.get('line')}: {row.get('reason')}"
        for fault in _named(self.document, "faults"):
            yield (
                f"Step {fault.get('step')}: {fault.get('message')}" if fault.get("step") else str(fault.get("message"))
            )
        if self.status >= 500 and self.document.get("trace_id"):  # noqa: PLR2004 - a fault of the server
            yield f"Report this with trace_id {self.document['trace_id']}."


def _named(document: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    return [each for each in document.get(member) or () if isinstance(each, dict)][:_SHOWN]


@dataclass(frozen=True)
class Access:
    """Where the API is and as whom to log in."""

    url: str
    user: str
    password: str
    tenant: str | None = None

    @classmethod
    def found(
        cls, url: str | None = None, user: str | None = None, password: str | None = None, tenant: str | None = None
    ) -> "Access":
        """Return what was given, completed by the running local stack and its seeded administrator. Raises NoLogIn."""
        state = State.default()
        if url is None:
            running = state.run_file.living()
            if running is None:
                raise NoLogIn("FactoryOS does not run here. Start it with `factoryos run`, or give --url.")
            url = _local_url(running.environment)
        if user is None or password is None:
            seeded = _administrator(state)
            if seeded is None:
                raise NoLogIn("Say as whom: --user and --password, or FACTORYOS_USER and FACTORYOS_PASSWORD.")
            user, password = seeded.user, seeded.password
        return cls(url.rstrip("/"), user, password, tenant)


def _local_url(environment: Mapping[str, str]) -> str:
    host = environment["FACTORYOS_HOST"]
    everywhere = "0.0.0.0"  # noqa: S104 - compared with, not bound
    return f"http://{'127.0.0.1' if host == everywhere else host}:{environment['FACTORYOS_PORT']}"


def _administrator(state: State) -> LogIn | None:
    try:
        people = [LogIn(**each) for each in json.loads(state.log_ins_file.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return None
    return next((person for person in people if "admin" in (person.user, person.role)), None)


class ApiClient:
    """A logged-in connection to the API, as a context manager; every POST carries an idempotency key."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._http = httpx2.Client(base_url=f"{access.url}/api/v1", timeout=_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        try:
            self._log_in()
        except BaseException:
            self._http.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, answer: type[Answer], **query: str) -> Answer:
        """Read something. Raises ApiRefused and ServerAway."""
        return self._asked("GET", path, answer, params=query)

    def content(self, path: str) -> bytes:
        """Read something that is not JSON, such as a drawing. Raises ApiRefused and ServerAway."""
        return self._answered("GET", path).content

    def pages(self, path: str, item: type[Answer], **query: str) -> Iterator[Answer]:
        """Walk a list to its end, one page after the other. Raises ApiRefused and ServerAway."""
        cursor: str | None = None
        while True:
            page = self.get(path, dict[str, Any], **query, **({"cursor": cursor} if cursor else {}))
            for each in page["items"]:
                yield TypeAdapter(item).validate_python(each, strict=False)
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def post(self, path: str, answer: type[Answer], content: object, *, key: str | None = None) -> Answer:
        """Send what JSON can hold; the same `key` again does it once. Raises ApiRefused and ServerAway."""
        return self._asked("POST", path, answer, json=content, headers=_once(key))

    def upload(
        self, path: str, answer: type[Answer], file: IO[bytes], form: Mapping[str, str], *, key: str | None = None
    ) -> Answer:
        """Send a file with form fields; the same `key` again does it once. Raises ApiRefused and ServerAway."""
        return self._asked("POST", path, answer, files={"file": file}, data=dict(form), headers=_once(key))

    def _log_in(self) -> None:
        names = {"username": self.access.user, "password": self.access.password, "tenant": self.access.tenant}
        logged_in = self._asked("POST", "/auth/login", LoggedIn, json=names)
        self._http.headers["Authorization"] = f"Bearer {logged_in.access_token}"

    def _understood(self, content: bytes, answer: type[Answer]) -> Answer:
        try:
            return TypeAdapter(answer).validate_json(content)
        except ValidationError as error:
            # Another program listens there, or a FactoryOS of another version.
            raise ServerAway(f"{self.access.url} did not answer as FactoryOS does; is the address right?") from error

    def _asked(self, method: str, path: str, answer: type[Answer], **request: Any) -> Answer:  # noqa: ANN401 - as httpx2 takes them
        return self._understood(self._answered(method, path, **request).content, answer)

    def _answered(self, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - as httpx2 takes them
        try:
            response = self._http.request(method, path, **request)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise ServerAway(f"FactoryOS does not answer at {self.access.url}: {error}.") from error
        if response.is_success:
            return response
        try:
            document = _JSON.validate_json(response.content)
        except ValidationError:
            document = {"title": f"{self.access.url} answered {response.status_code}; is FactoryOS there?"}
        if response.status_code == _UNAVAILABLE:
            raise ServerAway(str(document.get("detail") or document.get("title")))
        raise ApiRefused(response.status_code, document)


def _once(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}
