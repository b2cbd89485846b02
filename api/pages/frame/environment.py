"""The one way templates are read: undefined names are faults, everything is escaped, words come from a catalog."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.pages.frame.assets import assets
from api.pages.frame.formats import Formats
from api.pages.frame.looks import (
    fact_words,
    fate_look,
    kind_look,
    module_words,
    move_look,
    role_words,
    standing_look,
    status_look,
    template_look,
    work_order_look,
)
from api.pages.frame.refusals import refusal_sentences, refusal_words
from api.pages.frame.texts import markdown, whole
from api.pages.frame.words import LANGUAGES, spoken, translations
from models.connections.ids import new_id
from models.rules.filters import WHOLE_LIST, FilteredList

TEMPLATES = Path(__file__).parents[1]
_FILTERS = (
    "ago",
    "cents",
    "clock",
    "date_field",
    "day",
    "field_instant",
    "instant",
    "lasting",
    "minutes",
    "money",
    "percent",
    "plain",
    "priced",
    "quantity",
    "unit",
    "unit_choice",
)


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


# The first that fits: those further down call themselves like those above them.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser(agent: str) -> str:
    """Return what people call the browser and system of a User-Agent header; its beginning where it is neither."""
    found = [next((name for sign, name in table if sign in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or agent[:40] or "?"


@lru_cache(maxsize=len(LANGUAGES))
def environment(language: str) -> Environment:
    """Return the templates in one language. `fresh_key()` mints the key that makes a form's act happen once."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined] # by i18n
    made.filters |= {name: _filter(name) for name in _FILTERS} | {
        "browser": browser, "initials": initials, "markdown": markdown, "spoken": lambda words: spoken(words, language),
        "whole": whole,
    }  # fmt: skip
    made.globals |= {
        "asset": lambda name: assets().url(name),
        "icon_url": lambda name: assets().icon(name),
        "fact_words": fact_words,
        "fate_look": fate_look,
        "fresh_key": lambda: str(new_id()),
        "module_words": module_words,
        "kind_look": kind_look,
        "move_look": move_look,
        "refusal_sentences": lambda: refusal_sentences(language),
        "refusal_words": lambda refusal: refusal_words(refusal, language),
        "role_words": role_words,
        "standing_look": standing_look,
        "status_look": status_look,
        "template_look": template_look,
        "work_order_look": work_order_look,
        "whole_list": lambda name: WHOLE_LIST[FilteredList(name)],
        "LANGUAGES": LANGUAGES,
    }
    return made
