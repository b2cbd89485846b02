"""Refusals in the person's language: the rule's own sentence where it is known, else one for each kind."""

from api.pages.frame.words import SOURCE, marked, spoken, translations
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
    _K.NO_LONGER_ALLOWED: marked("Whoever asked this may not do it any more; try it again in your own name."),
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


# What is refused before any job is asked, by the kind of problem it is answered with.
_AT_THE_DOOR = {
    "forbidden": marked("Your role may not do this"),
    "not-found": marked("There is nothing here"),
    "too-large": marked("This file is larger than 5 MB; take a smaller picture."),
}
# What names something that whoever stands at the machine must know, to say it with that name in a script too.
_NAMING = (
    "Not enough in stock (there / wanted): {parts}.",
    "Still to be recorded: {fields}.",
    "There is no part {parts}.",
    "{code} is assigned to somebody else; ask a manager to assign it to you.",
    "{code} is given to a team you are not in; ask a manager to assign it to you.",
    "{given} pieces were given back, but only {left} of {available} are still in work here.",
    "Step '{step}' still makes pieces for this one; report what is done so far.",
    "A file may have 5 MB at most: take a smaller picture, or choose a smaller file.",
    "Only PNG, JPEG, GIF and WebP pictures and PDF documents are taken: choose one of these, or take a photo.",
)


def refusal_sentences(language: str) -> dict[str, str]:
    """Return each kind's sentence, and patterns that name something, for scripts; none in English, the rule's own."""
    if language == SOURCE:
        return {}
    catalog = translations(language)
    kinds = {kind.value: catalog.gettext(sentence) for kind, sentence in SENTENCES.items()}
    kinds |= {kind: catalog.gettext(sentence) for kind, sentence in _AT_THE_DOOR.items()}
    return kinds | {pattern: catalog.gettext(pattern) for pattern in _NAMING}


def refusal_words(refusal: Refusal, language: str) -> str:
    """Return why something was refused, for the person who meets it; what was refused before has its kind alone."""
    if language == SOURCE:
        return refusal.detail
    catalog, pattern = translations(language), refusal.pattern or refusal.detail
    if catalog.gettext(pattern) == pattern:
        return catalog.gettext(SENTENCES[refusal.kind])
    return spoken(refusal.words, language)
