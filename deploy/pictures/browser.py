"""Chromium, as the pictures are taken with it: one window per person, theme and size."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from playwright.sync_api import Error as BrowserFault

from deploy.chromium import program
from deploy.client import Access
from deploy.stack.errors import StackError

SIZES: Mapping[str, tuple[int, int]] = {
    "phone": (390, 844),
    "tablet": (1024, 768),
    "desktop": (1440, 900),
    "wall": (1920, 1080),
}
THEMES = ("light", "dark")
_LONGEST_PIXELS = 4_000
# A page that renews itself is still until its stream speaks; what a page asked for at its load is waited for.
_SETTLED = "() => document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')"
_PATIENCE_MS = 15_000
_TO_WEBP = """async ([address, width, quality]) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = Math.round(image.height * width / image.width);
    const drawing = canvas.getContext("2d");
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/webp", quality);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of the machine. Raises StackError where there is none."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--hide-scrollbars"])
        yield browser
        browser.close()


@dataclass
class Windows:
    """The windows open on one factory; a person logs in once, as everybody does, and is known in all of them."""

    browser: Browser
    url: str
    people: Mapping[str, Access]
    language: str = "en"
    _open: dict[tuple[str | None, str, str], Page] = field(default_factory=dict)
    _cookies: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def page(self, user: str | None, theme: str = "light", size: str = "desktop") -> Page:
        """Return somebody's window in a theme and size; nobody's with None. Raises StackError without a log-in."""
        key = (user, theme, size)
        if key not in self._open:
            context = self._context(theme, size)
            if user is not None:
                context.add_cookies(self._session(user, context))  # type: ignore[arg-type]  # playwright's own shape
            self._open[key] = context.new_page()
        return self._open[key]

    def _context(self, theme: str, size: str) -> BrowserContext:
        width, height = SIZES[size]
        context = self.browser.new_context(
            base_url=self.url, viewport={"width": width, "height": height}, locale=self.language,
            has_touch=size in {"phone", "tablet"}, reduced_motion="reduce", timezone_id="Europe/Berlin",
        )  # fmt: skip
        context.add_cookies([{"name": "theme", "value": theme, "url": self.url}])
        context.set_default_timeout(_PATIENCE_MS)
        return context

    def _session(self, user: str, context: BrowserContext) -> list[dict[str, str]]:
        if user not in self._cookies:
            person = self.people[user]
            answer = context.request.post(
                "/login", form={"username": user, "password": person.password}, headers={"origin": self.url}
            )
            kept = [cookie for cookie in context.cookies() if cookie.get("name", "").endswith("factoryos")]
            if not answer.ok or not kept:
                raise StackError(f"{user} cannot log in at {self.url}; was the password changed?")
            self._cookies[user] = [
                {"name": str(each["name"]), "value": str(each["value"]), "url": self.url} for each in kept
            ]
        return self._cookies[user]


def opened(page: Page, address: str) -> Response | None:
    """Open an address and wait until it stands still; None where the browser could not."""
    try:
        answer = page.goto(address, wait_until="load")
        page.wait_for_function(_SETTLED)
    except BrowserFault:
        return None
    return answer


def shot(page: Page) -> bytes:
    """Return the picture of a whole page, as far down as one still looks; the window grows for it and shrinks back."""
    window = page.viewport_size
    if window is None:
        return page.screenshot(full_page=True)
    height = min(page.evaluate("document.documentElement.scrollHeight"), _LONGEST_PIXELS)
    page.set_viewport_size({"width": window["width"], "height": max(height, window["height"])})
    taken = page.screenshot()
    page.set_viewport_size(window)
    return taken


def as_webp(browser: Browser, picture: bytes, width: int, quality: float = 0.82) -> bytes:
    """Return a picture scaled to a width, as small as browsers can make it."""
    page = browser.new_page()
    address = "data:image/png;base64," + b64encode(picture).decode()
    made = str(page.evaluate(_TO_WEBP, [address, width, quality]))
    page.close()
    return b64decode(made.partition(",")[2])
