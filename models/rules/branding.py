"""A factory's own colour, made readable: whatever is chosen, text in it and on it meets WCAG 2.2 AA in both themes.

Contrast as WCAG defines it: (L1 + 0.05) / (L2 + 0.05) of the relative luminances, 4.5 for text.
"""

from dataclasses import dataclass
from functools import lru_cache

LEAST_CONTRAST = 4.5
_STEPS = 100
_LINEAR_UP_TO = 0.04045  # sRGB's curve begins with a straight line
# What accents stand on, as tokens.css has it: ground, surface and sunken of each theme.
GROUNDS = {"light": ("#f4f6f9", "#ffffff", "#eef1f5"), "dark": ("#0b1220", "#131d2e", "#0f1828")}
_TINTED = {"light": ("#ffffff", 0.1), "dark": ("#131d2e", 0.22)}
_INKS = {"light": ("#ffffff", "#071527"), "dark": ("#071527", "#ffffff")}

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Accent:
    """A theme's colours: text and buttons, the same under the pointer, what lies behind chosen things, text on it."""

    accent: str
    strong: str
    tint: str
    on_accent: str


@lru_cache(maxsize=1_000)
def accent_for(chosen: str, theme: str) -> Accent:
    """Return what is made of a chosen colour: as it is where it can be read, else darker or lighter."""
    towards = (0.0, 0.0, 0.0) if theme == "light" else (255.0, 255.0, 255.0)
    mixes = (_hex(_mix(_rgb(chosen), towards, step / _STEPS)) for step in range(_STEPS + 1))
    made = (_around(accent, theme, towards) for accent in mixes)
    return next(one for one in made if _reads(one, theme))  # black or white at the latest


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _around(accent: str, theme: str, towards: Rgb) -> Accent:
    surface, share = _TINTED[theme]
    strong = _hex(_mix(_rgb(accent), towards, 0.25))
    ink = max(_INKS[theme], key=lambda one: (contrast(one, accent) >= LEAST_CONTRAST, one == _INKS[theme][0]))
    return Accent(accent, strong, _hex(_mix(_rgb(surface), _rgb(accent), share)), ink)


def _reads(made: Accent, theme: str) -> bool:
    behind = (*GROUNDS[theme], made.tint)
    pairs = [(made.accent, ground) for ground in behind] + [(made.strong, ground) for ground in behind]
    pairs += [(made.on_accent, made.accent), (made.on_accent, made.strong)]
    return all(contrast(one, other) >= LEAST_CONTRAST for one, other in pairs)


def _rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
