"""The one list of what can go wrong: each refusal's address, status and words. A test holds every error against it."""

from http import HTTPStatus

from api.command_problems import COMMAND_KINDS
from api.cookies import CrossSite
from api.deps import Forbidden, NotSignedIn
from api.limits import TooMany
from api.problem_kind import ProblemKind
from models.connections.oidc import NotProven, ProviderAway
from models.records import refusals
from models.records.integrations import BomImportRefused, NothingToImport
from models.records.orders import OrderRefused
from models.records.template_revisions import Overtaken
from models.rules.units import UnitMismatch, UnknownUnit
from templates_engine.bom_files import BomFileRefused
from templates_engine.boms import BomRefused
from templates_engine.drawing import DrawingTooLarge
from templates_engine.editing import EditRefused
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
        "Get a token from POST /api/v1/auth/login and send it as Authorization: Bearer, or use an API key.",
        (NotSignedIn,),
    ),
    ProblemKind(
        "log-in-refused", _S.UNAUTHORIZED, "Log-in refused", "The user name or the password is wrong.",
        "Try again, or ask an administrator for a new password.", (refusals.LogInRefused,),
    ),
    ProblemKind(
        "password-wrong", _S.FORBIDDEN, "The password is wrong",
        "Some changes ask for the password again, and this was not it.",
        "Try again with your own password, or set a new one with a code sent by mail.", (refusals.PasswordWrong,),
    ),
    ProblemKind(
        "code-wrong", _S.FORBIDDEN, "The code is wrong", "It is not the second factor's present one, or was used.",
        "Wait for the authenticator app's next code; check that the device's clock is right.", (refusals.CodeWrong,),
    ),
    ProblemKind(
        "weak-secret", _S.UNPROCESSABLE_ENTITY, "Too easily guessed", "The password or PIN is among those tried first.",
        "Take another one, as the detail says.", (refusals.WeakSecret,),
    ),
    ProblemKind(
        "reset-refused", _S.FORBIDDEN, "The code for a new password is not valid",
        "It is wrong, was used, was tried too often, is older than ten minutes, or a newer one was sent.",
        "Ask for a new code with POST /api/v1/auth/password/forgot.", (refusals.ResetRefused,),
    ),
    ProblemKind(
        "invitation-refused", _S.GONE, "The invitation is no longer valid",
        "It was used, revoked, replaced by a newer one, or is older than seven days.",
        "Ask whoever invited you for a new one.", (refusals.InvitationRefused,),
    ),
    ProblemKind(
        "sign-up-closed", _S.FORBIDDEN, "Sign-up is closed",
        "This installation serves one factory, and it is set up already.",
        "Ask an administrator for an invitation.", (refusals.SignUpClosed,),
    ),
    ProblemKind(
        "station-unknown", _S.UNAUTHORIZED, "Not a station",
        "A log-in by PIN comes from a station that an administrator set up, with its token in X-Station-Token.",
        "Set the device up as a station, or log in with name and password.", (refusals.StationUnknown,),
    ),
    ProblemKind(
        "second-factor-needed", _S.UNAUTHORIZED, "A second factor is needed",
        "The password is right, and this person has a second factor.",
        "Send the same log-in with `second_factor`: the authenticator app's six digits, or a recovery code.",
        (refusals.SecondFactorNeeded,),
    ),
    ProblemKind(
        "log-in-not-proven", _S.UNAUTHORIZED, "The log-in elsewhere does not hold",
        "The answer of the log-in server was not for this browser, came twice or late, or is not signed as it must.",
        "Begin the log-in again.", (NotProven,),
    ),
    ProblemKind(
        "log-in-server-away", _S.BAD_GATEWAY, "The log-in server does not answer",
        "The identity provider of this factory cannot be reached, or does not answer as the standard has it.",
        "Try again later, or log in with a password.", (ProviderAway,),
    ),
    ProblemKind(
        "not-known-here", _S.FORBIDDEN, "You have no account here",
        "The log-in server vouches for somebody who is no active user of this factory.",
        "Ask an administrator for an account with the same e-mail address.", (refusals.NotKnownHere,),
    ),
    ProblemKind(
        "too-many-tries", _S.TOO_MANY_REQUESTS, "This name must wait",
        "After several failed tries a name waits before the next one, each time longer.",
        "Wait as many seconds as `retry_after_seconds` and the header Retry-After say.", (refusals.TooManyTries,),
    ),
    ProblemKind(
        "too-many-requests", _S.TOO_MANY_REQUESTS, "Too many requests",
        "One address may try only so many log-ins and codes, one API key send only so many requests a minute.",
        "Wait as many seconds as `retry_after_seconds` and the header Retry-After say.", (TooMany,),
    ),
    ProblemKind(
        "cross-site", _S.FORBIDDEN, "Not from a page of FactoryOS",
        "The browser sent its log-in with a request that another site made.",
        "Open FactoryOS itself and do it there; programs use a token instead of the cookie.", (CrossSite,),
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
        "no-seat-left", _S.CONFLICT, "All seats are taken",
        "The licence, or going without one, allows only so many active people; nobody who is in is put out.",
        "Deactivate somebody who is no longer here, or install a licence with more seats.", (refusals.NoSeatLeft,),
    ),
    ProblemKind(
        "licence-refused", _S.UNPROCESSABLE_ENTITY, "This licence cannot be installed",
        "It is not the vendor's, was changed, has ended, or is another installation's; `fault` says which.",
        "Ask the vendor for the file again; what was installed before still holds.", (refusals.LicenceRefused,),
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
        "edit-refused", _S.UNPROCESSABLE_ENTITY, "The template cannot be changed like this",
        "`path` names the steps of the circle that a link would close.", "Change something else.", (EditRefused,),
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
        "catalog-lacks", _S.UNPROCESSABLE_ENTITY, "The catalog lacks what the file names",
        "`missing` lists products, parts and work centres that are not there.",
        "Import with create_missing to add those that the file describes, or add them first.",
        (refusals.CatalogLacks,),
    ),
    ProblemKind(
        "stale-version", _S.PRECONDITION_FAILED, "Somebody changed it meanwhile",
        "Your change is based on a version that is no longer the present one.",
        "Read the thing again and repeat your change with its new ETag in If-Match.", (refusals.Stale, Overtaken),
    ),
    ProblemKind(
        "version-missing", _S.PRECONDITION_REQUIRED, "Say which version you change",
        "Changes carry If-Match, so that nobody overwrites what they have not seen.",
        "Send the ETag you read as If-Match.",
    ),
    ProblemKind(
        "too-large", _S.REQUEST_ENTITY_TOO_LARGE, "The request is too large",
        "JSON may have 1 MB, a template 8 MB, an upload 5 MB.",
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
