"""QR codes as drawings in the page: sharp on paper, and nothing is fetched."""

import segno
from markupsafe import Markup

_QUIET = 2  # modules of white around it
# Every reader knows all eight masks. To look for the evenest takes four times as long as the rest, at each of 35 steps.
_MASK = 3


def qr(content: str) -> Markup:
    """Return the QR code of a text as SVG, black, for the white of paper."""
    drawn = segno.make(content, error="m", micro=False, mask=_MASK)
    svg = drawn.svg_inline(border=_QUIET, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704 - modules drawn by segno, no text of anybody
