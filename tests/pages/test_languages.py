import re

import pytest

from api.pages.frame.refusals import SENTENCES, refusal_sentences, refusal_words
from api.pages.frame.words import LANGUAGES, SOURCE, spoken
from deploy.languages import catalog, said
from models.records.refusals import Missing, Stale
from models.rules.commands import Refusal, RefusalKind
from models.rules.sentences import Sentence
from models.rules.units import word

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


def test_what_a_refusal_names_is_named_in_each_language() -> None:
    sentence = Sentence("Not enough in stock (there / wanted): {parts}.", parts="CAP-100 (3 / 5 m)")
    refusal = Refusal.saying(RefusalKind.STOCK_SHORT, sentence)
    assert refusal_words(refusal, SOURCE) == "Not enough in stock (there / wanted): CAP-100 (3 / 5 m)."
    assert refusal_words(refusal, "de") == "Nicht genug am Lager (da / gebraucht): CAP-100 (3 / 5 m)."
    lacking = Sentence("without the skill '{skill}'", skill="WELD")
    told = Sentence("{code} may not be done by somebody {lacking}.", code="WO-1", lacking=lacking)
    refusal = Refusal.saying(RefusalKind.NOT_QUALIFIED, told)
    assert refusal_words(refusal, "de") == "WO-1 darf niemand übernehmen, dem die Fertigkeit „WELD“ fehlt."
    assert spoken(Missing("work order", "WO-1").args[0], "de") == "Arbeitsgang „WO-1“ gibt es nicht."
    assert spoken(Stale("order", 1, 2).args[0], "de").startswith("Auftrag: ")


def test_a_unit_within_a_sentence_is_a_word_of_its_language() -> None:
    sentence = Sentence("'{part}' is counted in steps of {step} {uom}.", part="NUT", step=1, uom=word("pcs"))
    refusal = Refusal.saying(RefusalKind.UNKNOWN_PART, sentence)
    assert refusal.detail == "'NUT' is counted in steps of 1 pcs."
    assert refusal_words(refusal, "de") == "„NUT“ wird in Schritten von 1 Stück gezählt."
    assert [word(code) for code in ("kg", "{x}")] == ["kg", "{x}"]


def test_a_name_is_never_taken_for_a_word_to_translate() -> None:
    assert spoken(Missing("part", "order").args[0], "de") == "Teil „order“ gibt es nicht."


def test_the_patterns_that_scripts_fill_in_are_said_by_rules_or_records() -> None:
    texts = {message.id for message in said()}
    assert {pattern for pattern in refusal_sentences("de") if "{" in pattern} <= texts
    assert refusal_sentences(SOURCE) == {}
