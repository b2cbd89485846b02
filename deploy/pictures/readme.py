"""The README's pictures: the main screens, light and dark, small enough to be kept with the code."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.pages import addresses, places
from deploy.pictures.browser import SIZES, THEMES, Windows, as_webp, opened
from deploy.pictures.sheets import seer

FOLDER = Path(__file__).parent / "readme"
_WIDTH = 1_100
_MOST_BYTES = 150_000
_QUALITIES = (0.82, 0.7, 0.55, 0.4)


@dataclass(frozen=True, slots=True)
class _Picture:
    """One picture: the route of its page, who looks at it and on what."""

    name: str
    path: str
    user: str = "maria"
    size: str = "desktop"


# A page that is not there is left out, so the list may run ahead of what is built.
_PICTURES = (
    _Picture("dashboard", "/dashboard"),
    _Picture("station", "/station", "tom", "tablet"),
    _Picture("work", "/station/{work_order_id}", "tom", "tablet"),
    _Picture("job", "/jobs/{job_id}"),
    _Picture("template", "/templates/{template_id}/edit"),
    _Picture("stock", "/stock", "ivan"),
    _Picture("orders", "/orders"),
)


def shoot(windows: Windows, folder: Path, say: Callable[[str], None]) -> list[str]:
    """Write each picture in both themes; returns what could not be taken, sentence by sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    found = addresses([seer(windows, user) for user in ("maria", "tom", "ada")], places())
    by_path = {place.path: address for place, address in found.items()}
    by_path |= _richest(windows, "maria", "/jobs?status=IN_PROGRESS", "/jobs/{job_id}")
    by_path |= _richest(windows, "tom", "/station", "/station/{work_order_id}")
    troubles = []
    for picture in _PICTURES:
        if picture.path not in by_path:
            continue
        say(picture.name)
        for theme in THEMES:
            page = windows.page(picture.user, theme, picture.size)
            answer = opened(page, by_path[picture.path])
            if answer is None or not answer.ok:
                troubles.append(f"{picture.path}: it could not be opened")
                continue
            target = folder / f"{picture.name}.{theme}.webp"
            target.write_bytes(_small(windows, page.screenshot(), SIZES[picture.size][0]))
    return troubles


def _small(windows: Windows, picture: bytes, width: int) -> bytes:
    made = b""
    for quality in _QUALITIES:
        made = as_webp(windows.browser, picture, min(width, _WIDTH), quality)
        if len(made) <= _MOST_BYTES:
            break
    return made


def _richest(windows: Windows, user: str, listed: str, path: str) -> dict[str, str]:
    """Return the page behind a list that shows the most: a whole machine says more than a nozzle."""
    see = seer(windows, user)
    pattern = path.partition("{")[0] + "[0-9a-f-]{36}"
    pages = {address: len(see(address) or "") for address in dict.fromkeys(re.findall(pattern, see(listed) or ""))}
    return {path: max(pages, key=lambda address: pages[address])} if pages else {}
