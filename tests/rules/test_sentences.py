from models.rules.commands import Refusal, RefusalKind
from models.rules.sentences import Sentence


def test_a_sentence_reads_like_any_text_and_knows_what_it_was_made_of() -> None:
    told = Sentence("There is no {what} '{name}'.", what=Sentence("part"), name="{name}")
    assert told == "There is no part '{name}'."
    assert told.pattern == "There is no {what} '{name}'."
    assert told.values == {"what": "part", "name": "{name}"}


def test_a_refusal_keeps_names_apart_from_words_that_are_translated() -> None:
    refusal = Refusal.saying(
        RefusalKind.ON_HOLD, Sentence("This {what} of {who} rests.", what=Sentence("job"), who="job")
    )
    assert (refusal.detail, refusal.named, refusal.terms) == ("This job of job rests.", {"who": "job"}, {"what": "job"})
    assert Refusal.saying(RefusalKind.ON_HOLD, "It rests.") == Refusal(RefusalKind.ON_HOLD, "It rests.")


def test_what_was_stored_of_a_refusal_makes_the_same_sentence_again() -> None:
    named = Refusal.saying(RefusalKind.STOCK_SHORT, Sentence("There is no part {parts}.", parts="{A}"))
    assert (named.words, named.words.pattern) == ("There is no part {A}.", "There is no part {parts}.")
    assert Refusal(RefusalKind.ON_HOLD, "It rests in {braces}.").words == "It rests in {braces}."
