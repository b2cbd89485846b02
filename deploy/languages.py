"""The pages' catalogs: `python -m deploy.languages` adds new texts and drops those that no page says any more."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.pages.frame.looks import module_words
from api.pages.frame.words import FOLDER, LANGUAGES, SOURCE
from models.rules import explanations, forecasts, passwords, pins
from models.rules.access import MEANING
from templates_engine.drawing import WORDS

_API = FOLDER.parents[1]  # the pages, and what the rest of the API says that pages show
_RECORDS = FOLDER.parents[2] / "models" / "records"
_REFUSING = (_RECORDS / "refusals.py", *sorted((_RECORDS / "access").glob("*.py")))
_REFUSALS = {"Conflict", "Unfit", "__init__"}  # whose first word is a sentence for the person who meets it
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
_KEYWORDS = {"_": None, "ngettext": (1, 2), "marked": None}


def said() -> Catalog:
    """Return every text that templates and page routes say, and what rules and records say on pages; untranslated."""
    found = Catalog(project="FactoryOS", charset="utf-8")
    for _, _, message, _, _ in extract_from_dir(_API, _METHODS, _OPTIONS, _KEYWORDS):
        found.add(message)
    for sentence in (*_sentences(), *forecasts.ASSUMES, *explanations.Why, *explanations.Next, *WORDS):
        found.add(sentence)
    return found


def _sentences() -> Iterator[str]:
    """Yield what permissions mean, why secrets are refused, and the refusals that name nothing."""
    yield from MEANING.values()
    yield from {module_words(permission): None for permission in MEANING}
    yield from (*passwords.SENTENCES, *pins.SENTENCES)
    for path in _REFUSING:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and call.args and _name(call.func) in _REFUSALS:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def catalog(language: str) -> Catalog:
    """Return what is translated into a language."""
    with _file(language).open(encoding="utf-8") as file:
        return read_po(file, locale=language)


def renew(language: str) -> int:
    """Write a language's catalog anew; returns how many texts still wait for their translation."""
    kept = catalog(language)
    kept.update(said(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    with _file(language).open("wb") as file:
        write_po(file, kept, no_location=True, sort_output=True, omit_header=True, width=120)
    return len([message for message in kept if message.id and not _is_done(message.string)])


def _is_done(translated: str | Sequence[str] | None) -> bool:
    return bool(translated) if isinstance(translated, str | None) else all(translated)


def _file(language: str) -> Path:
    return FOLDER / f"{language}.po"


if __name__ == "__main__":
    for each in LANGUAGES:
        if each != SOURCE:
            print(f"{each}: {renew(each)} texts wait for their translation")
