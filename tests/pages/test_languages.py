import re

import pytest

from api.pages.frame.words import LANGUAGES, SOURCE
from deploy.languages import catalog, said

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
