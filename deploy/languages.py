"""The pages' catalogs: `python -m deploy.languages` adds new texts and drops those that no page says any more."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.pages.frame.looks import module_words
from api.pages.frame.words import FOLDER, LANGUAGES, SOURCE
from models.messages import mistakes
from models.rules import explanations, forecasts, passwords, pins
from models.rules.access import MEANING
from models.rules.audit import FEATURES
from models.rules.catalog import PartKind
from models.rules.jobs import words
from models.rules.templates import DataKind, TemplateStatus
from models.rules.units import UNITS
from templates_engine.drawing import WORDS

_API = FOLDER.parents[1]  # the pages, and what the rest of the API says that pages show
_SAYING = tuple(FOLDER.parents[2] / folder for folder in ("api", "models", "templates_engine"))
# Whose first word, or for a refused action second, is a sentence for the person who meets it; other languages say it
# by its pattern. What records look for (a work order, a user) is such a word too.
_FIRST = {
    "__init__", "Sentence", "Conflict", "Unfit", "OrderRefused", "EditRefused", "LogoRefused", "KeyUnusable", "_BadBom",
}  # fmt: skip
_SECOND = {"Refused", "Refusal", "saying", "LicenceBroken", "RowRefused", "BomFileRefused"}
_THINGS = {"Missing", "Taken", "found", "check_version", "lock"}
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
    """Yield what permissions mean, why secrets are refused, and what refusals say."""
    yield from MEANING.values()
    yield from {module_words(name): None for name in (*MEANING, *FEATURES)}
    yield from (*mistakes.SENTENCES, *passwords.SENTENCES, *pins.SENTENCES)
    yield from (*words.DONE_TO_IT.values(), *words.WHERE_IT_STANDS.values())
    yield from (kind.value for kind in (*DataKind, *TemplateStatus, *PartKind))
    yield from (unit.code for unit in UNITS.values() if unit.counted)
    for path in sorted(path for folder in _SAYING for path in folder.rglob("*.py")):
        first = _FIRST | {"ValueError"} if path.parent.name == "messages" else _FIRST
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from _said_by(node, first)


def _said_by(node: ast.AST, first: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Assign) and [_name(one) for one in node.targets] == ["_WHAT"]:
        yield from _texts(node.value)
    if isinstance(node, ast.Call):
        name = _name(node.func)
        place = 1 if name in _SECOND else 0 if name in first | _THINGS else None
        for given in node.args[place : place + 1] if place is not None else ():
            yield from _texts(given)


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield a constant text, and both of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


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
