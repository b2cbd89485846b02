"""The languages of the pages: gettext catalogs beside this folder, English being what the templates say."""

from collections.abc import Iterable
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from models.rules.sentences import Sentence

FOLDER = Path(__file__).parents[1] / "languages"
SOURCE = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}


def marked(text: str) -> str:
    """Return the text as it is: it stands in a table, is translated where shown, and is found here by the catalogs."""
    return text


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> NullTranslations:
    """Return the words of one of LANGUAGES; a text without translation stays English."""
    if language == SOURCE:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open(encoding="utf-8") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def spoken(words: str, language: str) -> str:
    """Return a sentence in a language; the pattern of a Sentence is translated, and then filled in."""
    catalog = translations(language)
    if not words:
        return ""
    if not isinstance(words, Sentence):
        return catalog.gettext(words)
    values = {
        name: spoken(value, language) if isinstance(value, Sentence) else value for name, value in words.values.items()
    }
    return catalog.gettext(words.pattern).format(**values)


@lru_cache(maxsize=len(LANGUAGES))
def locale(language: str) -> Locale:
    """Return how a language writes numbers and times; English as in Europe: 24 hours, day before month."""
    return Locale.parse("en_GB" if language == SOURCE else language)


def known(wishes: Iterable[str | None]) -> str:
    """Return the first of some wishes, such as 'de-AT', that is one of LANGUAGES; English otherwise."""
    for wish in wishes:
        language = (wish or "").strip().replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return SOURCE


def accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most wanted first."""
    weighed = []
    for place, one in enumerate(header.split(",")[:20]):
        name, _, weight = one.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name))
        except ValueError:
            continue
    return [name for _, _, name in sorted(weighed)]
