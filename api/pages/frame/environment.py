"""The one way templates are read: undefined names are faults, everything is escaped, words come from a catalog."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.pages.frame.assets import assets
from api.pages.frame.formats import Formats
from api.pages.frame.looks import fact_words, role_words, status_look, work_order_look
from api.pages.frame.refusals import refusal_words
from api.pages.frame.texts import markdown
from api.pages.frame.words import LANGUAGES, translations
from models.connections.ids import new_id

TEMPLATES = Path(__file__).parents[1]
_FILTERS = ("ago", "clock", "day", "instant", "lasting", "minutes", "money", "percent", "plain", "quantity")


def _filter(name: str) -> Callable[..., Any]:
    """Return the filter that asks the page's own formats."""

    @pass_context
    def formatted(context: Context, *values: Any) -> Any:  # noqa: ANN401 - filters take and give what they format
        formats: Formats = context["formats"]
        return getattr(formats, name)(*values)

    return formatted


def initials(name: str) -> str:
    """Return the first letters of a name's first and last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@lru_cache(maxsize=len(LANGUAGES))
def environment(language: str) -> Environment:
    """Return the templates in one language. `fresh_key()` mints the key that makes a form's act happen once."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined] # by i18n
    made.filters |= {name: _filter(name) for name in _FILTERS} | {"initials": initials, "markdown": markdown}
    made.globals |= {
        "asset": lambda name: assets().url(name),
        "icon_url": lambda name: assets().icon(name),
        "fact_words": fact_words,
        "fresh_key": lambda: str(new_id()),
        "refusal_words": lambda refusal: refusal_words(refusal, language),
        "role_words": role_words,
        "status_look": status_look,
        "work_order_look": work_order_look,
        "LANGUAGES": LANGUAGES,
    }
    return made
