"""The one list of what can go wrong: each refusal's address, status and words. A test holds every error against it."""

from http import HTTPStatus

from api.command_problems import COMMAND_KINDS
from api.deps import Forbidden, NotSignedIn
from api.problem_kind import ProblemKind
from models.records import refusals
from models.records.integrations import BomImportRefused, NothingToImport
from models.records.orders import OrderRefused
from models.rules.units import UnitMismatch, UnknownUnit
from templates_engine.bom_files import BomFileRefused
from templates_engine.boms import BomRefused
from templates_engine.drawing import DrawingTooLarge
from templates_engine.refusal import TemplateRefused
from templates_engine.yaml_tree import FileRefused

_S = HTTPStatus
KINDS: tuple[ProblemKind, ...] = (
    ProblemKind(
        "invalid-request", _S.UNPROCESSABLE_ENTITY, "The request is not as described",
        "A field is missing, unknown, of the wrong kind or out of bounds; `errors` points at each one.",
        "Correct the fields that `errors` names; /api/docs describes every one.",
        (refusals.Unfit, UnknownUnit, UnitMismatch, DrawingTooLarge),
    ),
    ProblemKind(
        "unreadable-request", _S.BAD_REQUEST, "The request cannot be read",
        "The body is not JSON in UTF-8, holds NaN, or numbers or nesting beyond reason; or a header is malformed.",
        "Send standard JSON with Content-Type: application/json.",
    ),
    ProblemKind(
        "bad-cursor", _S.BAD_REQUEST, "The cursor does not belong to this list",
        "A cursor continues exactly the list, sort order and filters it was given out for.",
        "Ask again without a cursor and follow `next_cursor`.",
        (refusals.BadCursor,),
    ),
    ProblemKind(
        "idempotency-key-missing", _S.BAD_REQUEST, "An Idempotency-Key is needed",
        "Requests that create or change things carry a key, so that sending one twice does it once.",
        "Send the header Idempotency-Key with a fresh random value, and the same value when you repeat the request.",
    ),
    ProblemKind(
        "idempotency-key-reused", _S.UNPROCESSABLE_ENTITY, "The Idempotency-Key belongs to another request",
        "The same key came before with other content.", "Take a fresh key for a new request.",
        (refusals.KeyReused,),
    ),
    ProblemKind(
        "not-signed-in", _S.UNAUTHORIZED, "Log in first", "The token is missing, expired or not valid.",
        "Get a token from POST /api/v1/auth/login and send it as Authorization: Bearer.",
        (NotSignedIn,),
    ),
    ProblemKind(
        "log-in-refused", _S.UNAUTHORIZED, "Log-in refused", "The user name or the password is wrong.",
        "Try again, or ask an administrator for a new password.", (refusals.LogInRefused,),
    ),
    ProblemKind(
        "forbidden", _S.FORBIDDEN, "Your role may not do this", "`permission` names what your role lacks.",
        "Ask an administrator for a role that holds it.", (Forbidden,),
    ),
    ProblemKind(
        "not-found", _S.NOT_FOUND, "There is no such thing here", "The address or what it names does not exist.",
        "Check the address; what belongs to another factory does not exist for you.", (refusals.Missing,),
    ),
    ProblemKind(
        "method-not-allowed", _S.METHOD_NOT_ALLOWED, "The address does not take this method",
        "The address exists, but not for what you asked of it.", "See /api/docs for what it takes.",
    ),
    ProblemKind(
        "conflict", _S.CONFLICT, "The present state does not allow this",
        "What you ask was possible for another state of the thing; the detail says what stands against it.",
        "Read the thing again and decide anew.", (refusals.Conflict, BomRefused, OrderRefused),
    ),
    ProblemKind(
        "already-exists", _S.CONFLICT, "That name is taken", "Codes and SKUs are unique within a factory.",
        "Use the existing one or take another name.", (refusals.Taken,),
    ),
    ProblemKind(
        "stock-short", _S.CONFLICT, "There is not enough stock",
        "`shortages` lists what is wanted and on hand per part.",
        "Receive or adjust stock, then try again.", (refusals.StockShort,),
    ),
    ProblemKind(
        "template-refused", _S.UNPROCESSABLE_ENTITY, "The template has faults", "`faults` lists every one by step.",
        "Correct the draft and publish it again.", (TemplateRefused,),
    ),
    ProblemKind(
        "import-refused", _S.UNPROCESSABLE_ENTITY, "The file cannot be imported as it is",
        "Nothing was written. `rows` lists each row that cannot be taken; `fault` says why a whole file cannot.",
        "Correct the file or the column mapping, or import with skip_refused to leave those rows out.",
        (BomFileRefused, BomImportRefused, NothingToImport),
    ),
    ProblemKind(
        "template-file-refused", _S.UNPROCESSABLE_ENTITY, "The template file cannot be taken",
        "`problems` lists every one with its line.", "Correct the file and import it again.", (FileRefused,),
    ),
    ProblemKind(
        "stale-version", _S.PRECONDITION_FAILED, "Somebody changed it meanwhile",
        "Your change is based on a version that is no longer the present one.",
        "Read the thing again and repeat your change with its new ETag in If-Match.", (refusals.Stale,),
    ),
    ProblemKind(
        "version-missing", _S.PRECONDITION_REQUIRED, "Say which version you change",
        "Changes carry If-Match, so that nobody overwrites what they have not seen.",
        "Send the ETag you read as If-Match.",
    ),
    ProblemKind(
        "too-large", _S.REQUEST_ENTITY_TOO_LARGE, "The request is too large", "JSON may have 1 MB, an upload 5 MB.",
        "Send less at once.",
    ),
    ProblemKind(
        "unsupported-media", _S.UNSUPPORTED_MEDIA_TYPE, "This kind of file is not taken",
        "Pictures (PNG, JPEG, GIF, WebP) and PDF are; the content decides, not the name.", "Send one of these.",
    ),
    ProblemKind(
        "unavailable", _S.SERVICE_UNAVAILABLE, "A server behind this one does not answer",
        "The database or log store is away or overloaded; nothing was changed.",
        "Repeat the request after the seconds in Retry-After, with the same Idempotency-Key.",
    ),
    ProblemKind(
        "unexpected", _S.INTERNAL_SERVER_ERROR, "Something went wrong here", "This is a fault of FactoryOS.",
        "Report the `trace_id`; the log tells more under it.",
    ),
)  # fmt: skip

KINDS += tuple(kind for kind in COMMAND_KINDS if kind.slug != "stock-short")
BY_SLUG = {kind.slug: kind for kind in KINDS}
BY_ERROR = {error: kind for kind in KINDS for error in kind.errors}


def kind_of(error: Exception) -> ProblemKind:
    """Return the problem an error is, by its class or the nearest class it is derived from."""
    for ancestor in type(error).__mro__:
        if ancestor in BY_ERROR:
            return BY_ERROR[ancestor]
    return BY_SLUG["unexpected"]
