"""Refusals in the person's language: one sentence for each kind; in English the fuller one of the rule itself."""

from api.pages.frame.words import SOURCE, marked, translations
from models.rules.commands import Refusal, RefusalKind

_K = RefusalKind
SENTENCES: dict[RefusalKind, str] = {
    _K.WRONG_STATE: marked("The work order's present state does not allow this; look again at where it stands."),
    _K.STALE_ATTEMPT: marked("This was meant for an earlier attempt; open the present one."),
    _K.NO_SUCH_STEP: marked("There is no such step in this job."),
    _K.ON_HOLD: marked("This is on hold; somebody must release it first."),
    _K.NOT_ON_HOLD: marked("This is not on hold."),
    _K.NOT_OPTIONAL: marked("This step must be done; it cannot be skipped."),
    _K.PREDECESSOR_OPEN: marked("The work before it is not finished."),
    _K.PIECES_DO_NOT_ADD_UP: marked("Good, scrapped and rejected pieces do not add up to what was given."),
    _K.NOT_COUNTABLE: marked("This quantity cannot be counted in whole pieces."),
    _K.NOTHING_TO_REWORK: marked("There are no pieces to send back."),
    _K.NOT_AN_ANCESTOR: marked("Pieces can only go back to a step before this one."),
    _K.PIECES_MOVED_ON: marked("The pieces have moved on; later work has begun with them."),
    _K.JOB_CLOSED: marked("This job has ended; nothing on it can be changed any more."),
    _K.STOCK_SHORT: marked("There is not enough in stock of what this needs."),
    _K.NOT_YOURS: marked("This work belongs to somebody else."),
    _K.NOT_QUALIFIED: marked("This work needs a valid certificate."),
    _K.DATA_MISSING: marked("Something that must be recorded is missing."),
    _K.DATA_OUT_OF_LIMITS: marked("A recorded value lies outside its limits."),
    _K.UNKNOWN_FIELD: marked("A recorded value belongs to no field of this step."),
    _K.UNKNOWN_PART: marked("A named part is not known."),
    _K.UNKNOWN_PERSON: marked("The named person or team is not known, or not active."),
    _K.UNKNOWN_FILE: marked("A named file is not there; add it again."),
    _K.BAD_TIME: marked("The time of this device cannot be right; set its clock."),
    _K.CANNOT_BE_STORED: marked("This holds something that cannot be stored; enter it anew."),
}


def refusal_sentences(language: str) -> dict[str, str]:
    """Return each kind's sentence for scripts that meet refusals; none in English, where the rule's own is fuller."""
    if language == SOURCE:
        return {}
    said = translations(language)
    return {kind.value: said.gettext(sentence) for kind, sentence in SENTENCES.items()}


def refusal_words(refusal: Refusal, language: str) -> str:
    """Return why something was refused, for the person who meets it."""
    return refusal.detail if language == SOURCE else translations(language).gettext(SENTENCES[refusal.kind])
