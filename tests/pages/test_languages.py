import re

import pytest

from api.pages.frame.refusals import SENTENCES, refusal_words
from api.pages.frame.words import LANGUAGES, SOURCE
from deploy.languages import catalog, said
from models.rules.commands import Refusal, RefusalKind

_PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")


def _texts(one: object) -> tuple[str, ...]:
    return one if isinstance(one, tuple) else (str(one or ""),)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_every_text_of_the_pages_is_translated_and_no_other(language: str) -> None:
    translated = {message.id: message.string for message in catalog(language) if message.id}
    wanted = {message.id for message in said() if message.id}
    assert wanted - set(translated) == set(), "run `python -m deploy.languages` and translate"
    assert set(translated) - wanted == set()
    assert [text for text, string in translated.items() if not all(_texts(string))] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_translations_fill_in_what_the_original_does(language: str) -> None:
    for message in catalog(language):
        if message.id:
            original = set(_PLACES.findall(_texts(message.id)[-1]))
            for text in _texts(message.string):
                assert set(_PLACES.findall(text)) == original, message.id


def test_every_refusal_of_a_command_is_said_in_each_language() -> None:
    assert set(SENTENCES) == set(RefusalKind)
    for kind in RefusalKind:
        refusal = Refusal(kind, "It cannot be started: nobody has finished the work before it.")
        assert refusal_words(refusal, SOURCE) == refusal.detail
        assert refusal_words(refusal, "de") not in {refusal.detail, SENTENCES[kind]}
