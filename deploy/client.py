"""The command line's way to the API: log in once, say what was asked, and read the answer or the refusal."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
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
_NOT_SIGNED_IN = "/problems/not-signed-in"
_REFUSED = "/problems/log-in-refused"
_SECOND_FACTOR = "/problems/second-factor-needed"
_KEYS_BEGIN = "fos_"
_CODE_WANTED = "Give the code by --code or FACTORYOS_CODE; a program is better off with an API key (--key)."
_CHANGED = "The log-in kept in {file} was tried: its password was changed. Give --user and --password, or --key."
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
    """Where the API is and as whom: by an API key alone, or by logging in with a password and perhaps a code.

    `kept_in` is the file the password was found in, where nobody gave one.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    tenant: str | None = None
    key: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    kept_in: Path | None = field(default=None, compare=False)

    @classmethod
    def found(  # noqa: PLR0913 - one for each option of the commands
        cls, url: str | None = None, user: str | None = None, password: str | None = None, *,
        tenant: str | None = None, key: str | None = None, code: str | None = None,
    ) -> "Access":  # fmt: skip
        """Return what was given, completed by the running local stack and its seeded administrator. Raises NoLogIn."""
        state = State.default()
        if url is None:
            running = state.run_file.living()
            if running is None:
                raise NoLogIn("FactoryOS does not run here. Start it with `factoryos run`, or give --url.")
            url = _local_url(running.environment)
        url = url.rstrip("/")
        if key is not None:
            return cls(url, key=_plain(key))
        if user is not None and password is not None:
            return cls(url, user, password, tenant, code=code)
        seeded = _seeded(state, user)
        if seeded is None:
            raise NoLogIn("Say as whom: --user and --password (FACTORYOS_USER, FACTORYOS_PASSWORD), or --key.")
        kept_in = state.log_ins_file if password is None else None
        return cls(url, seeded.user, password or seeded.password, tenant, code=code, kept_in=kept_in)


def _local_url(environment: Mapping[str, str]) -> str:
    host = environment["FACTORYOS_HOST"]
    everywhere = "0.0.0.0"  # noqa: S104 - compared with, not bound
    return f"http://{'127.0.0.1' if host == everywhere else host}:{environment['FACTORYOS_PORT']}"


def _plain(key: str) -> str:
    key = key.strip()
    if not (key.startswith(_KEYS_BEGIN) and key.isascii() and key.isprintable()):
        raise NoLogIn(f"That is no API key: one begins with {_KEYS_BEGIN}")
    return key


def _seeded(state: State, user: str | None) -> LogIn | None:
    """Return the log-in that the seed made for somebody; for nobody in particular, the administrator's."""
    try:
        people = [LogIn(**each) for each in json.loads(state.log_ins_file.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return None
    wanted = (lambda person: person.user == user) if user else (lambda person: "admin" in (person.user, person.role))
    return next(filter(wanted, people), None)


class ApiClient:
    """A connection to the API as somebody, as a context manager; every POST carries an idempotency key.

    `ask_code` asks the person for the code of a second factor, where there is a person to ask.
    """

    def __init__(self, access: Access, ask_code: Callable[[], str] | None = None) -> None:
        self.access = access
        self._ask_code = ask_code
        self._refresh_token: str | None = None
        self._http = httpx2.Client(base_url=f"{access.url}/api/v1", timeout=_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        try:
            self._come_in()
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

    def put(self, path: str, answer: type[Answer], content: object) -> Answer:
        """Replace something as a whole. Raises ApiRefused and ServerAway."""
        return self._asked("PUT", path, answer, json=content)

    def delete(self, path: str, answer: type[Answer], version: int) -> Answer:
        """Take something out of use, as it was at a version. Raises ApiRefused and ServerAway."""
        return self._asked("DELETE", path, answer, headers={"If-Match": f'"{version}"'})

    def upload(
        self, path: str, answer: type[Answer], file: IO[bytes], form: Mapping[str, str], *, key: str | None = None
    ) -> Answer:
        """Send a file with form fields; the same `key` again does it once. Raises ApiRefused and ServerAway."""
        return self._asked("POST", path, answer, files={"file": file}, data=dict(form), headers=_once(key))

    def _come_in(self) -> None:
        if self.access.key is not None:
            self._http.headers["Authorization"] = f"Bearer {self.access.key}"
            return
        try:
            self._log_in(self.access.code)
        except ApiRefused as refusal:
            kind = refusal.document.get("type")
            if kind == _SECOND_FACTOR and self._ask_code is not None:
                self._log_in(self._ask_code())
                return
            if kind == _SECOND_FACTOR:
                refusal.add_note(_CODE_WANTED)
            if kind == _REFUSED and self.access.kept_in is not None:
                refusal.add_note(_CHANGED.format(file=self.access.kept_in))
            raise

    def _log_in(self, code: str | None) -> None:
        names = {"username": self.access.user, "password": self.access.password, "tenant": self.access.tenant}
        by_code = {} if code is None else {"second_factor": code}
        self._take(self._asked("POST", "/auth/login", LoggedIn, json=names | by_code))

    def _take(self, logged_in: LoggedIn) -> None:
        self._http.headers["Authorization"] = f"Bearer {logged_in.access_token}"
        self._refresh_token = logged_in.refresh_token

    def _refreshed(self, document: Mapping[str, Any]) -> bool:
        """Get the next access token where the last one has expired; tell whether to ask once more."""
        if self._refresh_token is None or document.get("type") != _NOT_SIGNED_IN:
            return False
        token, self._refresh_token = self._refresh_token, None
        self._take(self._asked("POST", "/auth/refresh", LoggedIn, json={"refresh_token": token}))
        return True

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
        if self._refreshed(document):
            return self._answered(method, path, **request)
        if response.status_code == _UNAVAILABLE:
            raise ServerAway(str(document.get("detail") or document.get("title")))
        raise ApiRefused(response.status_code, document)


def _once(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}
