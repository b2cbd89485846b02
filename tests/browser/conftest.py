"""Debian's Chromium on a real server: pages as people use them."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.app import create_app
from api.pages.frame import assets
from deploy.stack.plan import Plan
from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import Floor
from tests.factories import Factory, other_tenant, tenant
from tests.pages.conftest import session_cookie
from tests.working import working

__all__ = ["other_tenant", "tenant"]
HOUSE = Path(__file__).parents[2]
SIZES = {"phone": (390, 844), "desktop": (1440, 900), "tablet": (1024, 768), "upright": (768, 1024)}
PATIENCE = 60_000  # milliseconds: a busy machine is slow, not broken
expect.set_options(timeout=PATIENCE)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _chromium() -> str:
    """The browser's program; where there is none and we are root, Debian's is installed. Skips where it cannot be."""
    found = os.environ.get("FACTORYOS_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
            subprocess.run(["apt-get", "-q", *words], check=False, env=environment, timeout=280, **quiet)
        found = shutil.which("chromium")
    if found is None:
        pytest.skip(
            "no Chromium here and none could be installed: `apt install chromium`, or name one in FACTORYOS_CHROMIUM"
        )
    return found


@pytest.fixture(scope="module")
def origin(servers: Plan) -> Iterator[str]:  # noqa: ARG001 - the servers must run
    """The address of the app, served in this process as in production, with a worker and its relays."""
    if not (assets.FOLDER / "manifest.json").is_file():
        pytest.fail("The pages' style and scripts are not built; run `make setup`.")
    served = Served()
    with working(relays=True):
        served.start()
        yield served.origin
        served.close()


class Served:
    """The app at one address, in a thread of its own; it may be stopped and started again, as after a restart."""

    def __init__(self) -> None:
        self._place = self._bound(0)  # held until the end: nobody else is given the port while the app is stopped
        self.origin = f"http://127.0.0.1:{self._place.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    @staticmethod
    def _bound(port: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        return made

    def start(self) -> None:
        """Begin to listen; who comes before the app is there waits for it and is not sent away."""
        listener = self._bound(self._place.getsockname()[1])
        listener.listen(128)
        config = uvicorn.Config(create_app(), log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [listener]}, name="test-api")
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(60)

    def close(self) -> None:
        self.stop()
        self._place.close()


@pytest.fixture
def restarted(origin: str) -> Iterator[Served]:  # noqa: ARG001 - its worker does the work
    """A server of its own beside the others, for a test to stop and start."""
    served = Served()
    served.start()
    yield served
    served.close()


# Playwright holds this thread's event loop while it runs: the servers come before it, other files' tests after it.
@pytest.fixture(scope="module")
def chromium(origin: str) -> Iterator[Browser]:  # noqa: ARG001 - the app must run
    program = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def person(chromium: Browser, origin: str, tenant: Factory) -> Iterator[Callable[..., Page]]:
    """A browser of its own for one person of this role, logged in; None is nobody. Faults of scripts fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    foreign: list[str] = []

    def opened(  # noqa: PLR0913 - each says how the person meets the pages
        role: Role | None,
        *,
        theme: str = "light",
        size: str = "desktop",
        language: str = "en",
        at: str = origin,
        keeps: bool = False,
        still: bool = False,
    ) -> Page:
        """`keeps` lets the service worker keep pages; elsewhere it would stand between the page and its test.

        `still` stops the page's clock, not its timers: what can be undone for some seconds is held as long as it takes.
        """
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            base_url=at,
            has_touch=size == "phone",
            service_workers="allow" if keeps else "block",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "theme", "value": theme, "url": at}])
        if role is not None:
            name, _, value = session_cookie(tenant.actor(role)).partition("=")
            context.add_cookies([{"name": name, "value": value, "url": at}])
        page = context.new_page()
        if still:
            page.clock.set_fixed_time(datetime.now(UTC))
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda told: faults.append(told.text) if "Content Security" in told.text else None)
        page.on("request", lambda asked: foreign.append(asked.url) if not _ours(asked.url, at) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
    assert foreign == []


@pytest.fixture
def floor(origin: str, tenant: Factory) -> Iterator[Floor]:
    """A factory that makes lamps, and its people over HTTP beside the browsers."""
    with httpx2.Client(base_url=origin, timeout=60) as client:
        yield Floor(Api(client, tenant, Role.ADMIN))


def _ours(address: str, origin: str) -> bool:
    return address.startswith((origin, "data:", "blob:"))
