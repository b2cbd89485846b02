"""The drawings beside the demo's steps, as WebP, for steps take no SVG: `python -m deploy.pictures.drawings`."""

from base64 import b64encode
from pathlib import Path

from deploy.pictures.browser import as_webp, chromium

FOLDER = Path(__file__).parents[1] / "demo" / "pictures"
_WIDTH, _QUALITY = 1_000, 0.8


def draw(folder: Path) -> None:
    """Write each drawing of a folder as a picture beside it."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": _WIDTH, "height": _WIDTH * 3 // 4})
        for source in sorted(folder.glob("*.svg")):
            page.goto("data:image/svg+xml;base64," + b64encode(source.read_bytes()).decode())
            source.with_suffix(".webp").write_bytes(as_webp(browser, page.screenshot(), _WIDTH, _QUALITY))


if __name__ == "__main__":
    draw(FOLDER)
