"""What may be shown as a factory's logo: a PNG that is one, or an SVG that holds shapes and nothing else."""

import re
import struct
from xml.etree.ElementTree import Element, ParseError
from xml.etree.ElementTree import fromstring as parse

from models.rules.sentences import Sentence

LARGEST_BYTES = 256 * 1024
_LONGEST_SIDE = 4_000
_HEADER_BYTES = 13
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
# Shapes, and what paints them. No script, style, foreignObject, image, use, animation or link.
_ELEMENTS = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient",
    "radialGradient", "stop", "title", "desc", "clipPath", "mask",
})  # fmt: skip
_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z-]*")
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|data:|expression|@import|\\", re.IGNORECASE)


class LogoRefused(ValueError):  # noqa: N818 - errors name the refusal
    """A picture that cannot be shown as a logo; the sentence says what to do."""


def kind_of(content: bytes) -> str:
    """Return the media type of a logo, after looking at all of it. Raises LogoRefused."""
    if len(content) > LARGEST_BYTES:
        raise LogoRefused(Sentence("The logo must be no larger than {size} KB.", size=LARGEST_BYTES // 1024))
    if content.startswith(_PNG):
        _check_png(content)
        return "image/png"
    _check_svg(content)
    return "image/svg+xml"


def _check_png(content: bytes) -> None:
    """Walk the chunks: the picture's size must be sane, and nothing may follow its end. Raises LogoRefused."""
    at, first = len(_PNG), True
    while at + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if first:
            if name != b"IHDR" or length != _HEADER_BYTES:
                break
            width, height = struct.unpack(">II", content[at + 8 : at + 16])
            if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
                raise LogoRefused(
                    Sentence("The logo's sides must be 1 to {longest} points long.", longest=_LONGEST_SIDE)
                )
            first = False
        at += 12 + length
        if name == b"IEND":
            if at == len(content):
                return
            raise LogoRefused("The PNG holds more than a picture; save it anew from a drawing program.")
    raise LogoRefused("This PNG is damaged; save it anew from a drawing program.")


def _check_svg(content: bytes) -> None:
    """Raise LogoRefused for anything but a drawing of plain shapes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogoRefused("The logo must be a PNG or an SVG.") from error
    if "<!" in text.replace("<!--", "") or "<?" in text.replace("<?xml", "", 1):
        raise LogoRefused("The SVG holds declarations; save it as plain SVG.")
    try:
        root = parse(text)  # noqa: S314 - without declarations there are no entities to expand
    except (ParseError, ValueError) as error:
        raise LogoRefused("The logo must be a PNG or an SVG.") from error
    if root.tag != f"{_SVG}svg":
        raise LogoRefused("The logo must be a PNG or an SVG.")
    for element in root.iter():
        _check_element(element)


def _check_element(element: Element) -> None:
    name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else "?"
    if name not in _ELEMENTS or (element.tag != f"{_SVG}{name}"):
        raise LogoRefused(
            Sentence(
                "The SVG holds <{element}>; only plain shapes are shown. Save it as plain SVG, or use a PNG.",
                element=name[:40],
            )
        )
    for attribute, value in element.attrib.items():
        plain = _ATTRIBUTE.fullmatch(attribute) is not None
        if (
            not plain
            or attribute.lower().startswith("on")
            or attribute in {"style", "href"}
            or _REFERENCE.search(value)
        ):
            named = attribute[:40]
            raise LogoRefused(
                Sentence("The SVG's '{attribute}' is not allowed; save it as plain SVG, or use a PNG.", attribute=named)
            )
