"""Contact sheets: every page in both themes and at every size, for people who look at screens before others must."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from playwright.sync_api import Browser

from deploy.pages import Place, Seer, addresses, places
from deploy.pictures.browser import THEMES, Windows, opened, shot

SIZES = ("phone", "tablet", "desktop")
WALL = "wall"
_ADMIN, _OPERATOR = "ada", "tom"
# Pages look different to who may do little; these see theirs as well.
OTHERS = {"carla": "customer", "victor": "viewer"}
_REFUSED, _OVER = 400, 410
_LOOKS = """
    body { margin: 12px; background: #888; font: 14px sans-serif }
    main, div { display: flex; gap: 12px; align-items: flex-start }
    div:not(.phone) { flex-direction: column }
"""
_WIDTHS = {"phone": 240, "tablet": 480, "desktop": 600, "wall": 600}


@dataclass(frozen=True, slots=True)
class View:
    """One page as somebody sees it; `name` is that of its files."""

    name: str
    address: str
    user: str | None
    sizes: Sequence[str] = SIZES


def views(windows: Windows, only: Sequence[str]) -> tuple[list[View], list[str]]:
    """Return what there is to look at, and the paths of pages to which no link leads."""
    known = places()
    found = addresses([seer(windows, user) for user in (_ADMIN, _OPERATOR)], known)
    shown = [View(place.name, found[place], _who(place), _sizes(place)) for place in known if place in found]
    shown += [
        View(f"{role}-{place.name}", found[place], user)
        for user, role in OTHERS.items()
        for place in known
        if place in found and not place.is_public and _may(windows, user, found[place])
    ]
    shown += [View("problem-not-found", "/no-such-page", _ADMIN), View("problem-forbidden", "/jobs", "carla")]
    missing = [place.path for place in known if place not in found]
    return [view for view in shown if not only or any(word in view.name for word in only)], missing


def seer(windows: Windows, user: str) -> Seer:
    """Return how somebody asks for pages."""

    def see(address: str) -> str | None:
        answer = windows.page(user).context.request.get(address, headers={"accept": "text/html"})
        return answer.text() if answer.ok and "html" in answer.headers.get("content-type", "") else None

    return see


def _who(place: Place) -> str | None:
    if place.is_public:
        return None
    return _OPERATOR if place.is_the_operators else _ADMIN


def _sizes(place: Place) -> Sequence[str]:
    return (*SIZES, WALL) if any(word in place.path for word in ("dashboard", "andon", "wall")) else SIZES


def _may(windows: Windows, user: str, address: str) -> bool:
    answer = windows.page(user).context.request.get(address, headers={"accept": "text/html"}, max_redirects=0)
    return answer.ok


def shoot(windows: Windows, folder: Path, only: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Write pictures, one sheet per page and an index of all; returns what could not be shown, sentence by sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted, missing = views(windows, only)
    troubles = [f"{path}: no link leads to one of these" for path in missing if not only]
    made: list[View] = []
    for count, view in enumerate(wanted, 1):
        say(f"{count}/{len(wanted)} {view.name}")
        trouble = _shoot_one(windows, folder, view)
        if trouble is None:
            made.append(view)
            _sheet(windows.browser, folder, view)
        elif trouble:
            troubles.append(f"{view.address}: {trouble}")
    _index(folder, made)
    (folder / "troubles.json").write_text(json.dumps(troubles, indent=1), encoding="utf-8")
    return troubles


def _shoot_one(windows: Windows, folder: Path, view: View) -> str | None:
    """Take the pictures of one page; returns None, what went wrong, or nothing for what is no page of its own."""
    for theme in THEMES:
        for size in view.sizes:
            page = windows.page(view.user, theme, size)
            answer = opened(page, view.address)
            if answer is None:
                return "it could not be opened"
            if answer.status >= _REFUSED and answer.status != _OVER and not view.name.startswith("problem-"):
                return f"it answered {answer.status}"
            if answer.request.redirected_from is not None or "<html" not in answer.text()[:2_000].lower():
                return ""
            _file(folder, view, theme, size).write_bytes(shot(page))
    return None


def _file(folder: Path, view: View, theme: str, size: str) -> Path:
    return folder / f"{view.name}.{size}.{theme}.png"


def _sheet(browser: Browser, folder: Path, view: View) -> None:
    """Put one page's pictures on one sheet: phones side by side, of the other sizes light above dark."""
    groups = "".join(
        f'<div class="{size}">{"".join(_figure(folder, view, theme, size) for theme in THEMES)}</div>'
        for size in view.sizes
    )
    width = sum(_WIDTHS[size] + 12 for size in view.sizes) + _WIDTHS["phone"] + 36
    page = browser.new_page(viewport={"width": width, "height": 400})
    page.set_content(f"<style>{_LOOKS}</style><b>{escape(view.name)} {escape(view.address)}</b><main>{groups}</main>")
    page.screenshot(path=folder / f"sheet.{view.name}.png", full_page=True)
    page.close()


def _figure(folder: Path, view: View, theme: str, size: str) -> str:
    data = b64encode(_file(folder, view, theme, size).read_bytes()).decode()
    return f'<img width="{_WIDTHS[size]}" src="data:image/png;base64,{data}">'


def _index(folder: Path, made: Sequence[View]) -> None:
    links = "".join(
        f'<h2 id="{escape(view.name)}">{escape(view.name)}</h2><a href="sheet.{view.name}.png">'
        f'<img loading="lazy" src="sheet.{view.name}.png" width="100%"></a>'
        for view in made
    )
    head = "<!doctype html><meta charset=utf-8><title>FactoryOS, every screen</title>"
    (folder / "index.html").write_text(head + links, encoding="utf-8")
