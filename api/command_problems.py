"""Why a command can be refused, as problem kinds: one per refusal, under the refusal's own name."""

from http import HTTPStatus

from api.problem_kind import ProblemKind
from models.rules.commands import RefusalKind

_R, _S = RefusalKind, HTTPStatus
_WORDS: dict[RefusalKind, tuple[HTTPStatus, str, str, str]] = {
    _R.WRONG_STATE: (
        _S.CONFLICT, "The work is not in a state for this", "Another tap was quicker, or the work is not that far.",
        "Look at the work order again; it shows what can be done now.",
    ),
    _R.STALE_ATTEMPT: (
        _S.CONFLICT, "This attempt is history", "The step was opened again for rework since you looked.",
        "Go on with the newest attempt of the step.",
    ),
    _R.NO_SUCH_STEP: (
        _S.UNPROCESSABLE_ENTITY, "There is no such step", "The job's plan has no step of this key.",
        "Take a key from the job's list of steps.",
    ),
    _R.ON_HOLD: (
        _S.CONFLICT, "It is on hold", "A manager has stopped this work order or its job.",
        "A manager releases it; the reason stands beside the hold.",
    ),
    _R.NOT_ON_HOLD: (_S.CONFLICT, "It is not on hold", "There is no hold to lift.", "Nothing needs to be done."),
    _R.NOT_OPTIONAL: (
        _S.CONFLICT, "This step cannot be skipped", "Only optional steps may be left out, and never in rework.",
        "Do the work, or have a manager cancel it.",
    ),
    _R.PREDECESSOR_OPEN: (
        _S.CONFLICT, "The step before still makes pieces", "Pieces are handed on early here, and more will come.",
        "Report progress, and complete when the step before is finished.",
    ),
    _R.PIECES_DO_NOT_ADD_UP: (
        _S.UNPROCESSABLE_ENTITY, "The pieces do not add up",
        "Good, scrapped and rejected pieces together must be what is in work here, to complete it, and never more.",
        "Count again; the detail says how many are in work.",
    ),
    _R.NOT_COUNTABLE: (
        _S.UNPROCESSABLE_ENTITY, "Pieces cannot be counted like this",
        "Quantities come in steps of the product's unit: there is no half piece.",
        "Count again in the steps that the detail names.",
    ),
    _R.NOTHING_TO_REWORK: (
        _S.CONFLICT, "There are not that many pieces to rework", "More was asked than the step has made or put aside.",
        "Ask for at most what the detail names.",
    ),
    _R.NOT_AN_ANCESTOR: (
        _S.UNPROCESSABLE_ENTITY, "Work cannot go back there", "The step named does not lead to this one.",
        "Name a step that comes before this one in the plan.",
    ),
    _R.PIECES_MOVED_ON: (
        _S.CONFLICT, "The pieces have gone on", "A later step has begun with them.",
        "Ask for rework at that later step and name this one as its target.",
    ),
    _R.JOB_CLOSED: (
        _S.CONFLICT, "The job has ended", "All its work is finished or cancelled.",
        "Nothing on it can change any more; place a new order if something is missing.",
    ),
    _R.STOCK_SHORT: (
        _S.CONFLICT, "There is not enough stock", "`shortages` lists what is wanted and on hand per part.",
        "Receive or adjust stock, or name the parts really used, then try again with a new key.",
    ),
    _R.NOT_YOURS: (
        _S.FORBIDDEN, "This work is somebody else's", "It is assigned to another person.",
        "Ask a manager to assign it to you.",
    ),
    _R.NO_LONGER_ALLOWED: (
        _S.FORBIDDEN, "Whoever asked may not any more",
        "It had to wait, and meanwhile its person was deactivated or lost the right to it.",
        "Somebody who may asks it again in their own name.",
    ),
    _R.NOT_QUALIFIED: (
        _S.FORBIDDEN, "This work needs a skill", "Its step may be done only by people whose certificate is valid then.",
        "Ask a manager to renew the certificate, or to give the work to somebody who has it.",
    ),
    _R.DATA_MISSING: (
        _S.UNPROCESSABLE_ENTITY, "Something still has to be recorded",
        "The step's checks must be answered, each in its own kind, before good pieces pass.",
        "Record what the detail names.",
    ),
    _R.DATA_OUT_OF_LIMITS: (
        _S.UNPROCESSABLE_ENTITY, "A value is outside its limits", "Pieces with failing values cannot pass as good.",
        "Measure again, or give the pieces as rejected or scrapped.",
    ),
    _R.UNKNOWN_FIELD: (
        _S.UNPROCESSABLE_ENTITY, "The step collects no such field",
        "Only what the step's template asks for is recorded.", "Take the keys from `fields` of the work order.",
    ),
    _R.UNKNOWN_PART: (
        _S.UNPROCESSABLE_ENTITY, "A part used is not known or not countable like this",
        "A part's SKU, unit or quantity does not fit the catalog.", "Correct what the detail names.",
    ),
    _R.UNKNOWN_PERSON: (
        _S.UNPROCESSABLE_ENTITY, "There is no such person", "Work goes to active people of this factory only.",
        "Choose another person.",
    ),
    _R.UNKNOWN_FILE: (
        _S.UNPROCESSABLE_ENTITY, "The file was not uploaded", "A field of kind file holds the id of an upload.",
        "Upload it with POST /api/v1/files and give its id.",
    ),
    _R.BAD_TIME: (
        _S.UNPROCESSABLE_ENTITY, "The time cannot be", "It claims to have happened in the future.",
        "Set the clock of the device.",
    ),
    _R.CANNOT_BE_STORED: (
        _S.UNPROCESSABLE_ENTITY, "The values cannot be stored", "A number or text is larger than the product holds.",
        "Check the values for their size.",
    ),
}  # fmt: skip

COMMAND_KINDS = tuple(ProblemKind(kind.value, *words) for kind, words in _WORDS.items())
