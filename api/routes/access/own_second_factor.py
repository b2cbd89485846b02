from uuid import UUID

from fastapi import Depends, Response

from api.deps import MayEditUsers
from api.errors import documented
from api.in_person import InPerson, require_in_person
from api.limits import credentials_limited
from api.routing import feature
from models.connections.postgres import begin
from models.messages.credentials import Confirmation, PasswordAgain, PasswordAndCode, RecoveryCodes, SecondFactorStarted
from models.records.access import own_second_factor as records
from models.records.access.own_password import prove_again

router = feature("access")
_PATH = "/auth/second-factor"
_LIMITED = [Depends(credentials_limited)]
_AGAIN = documented("forbidden", "password-wrong", "code-wrong", "conflict", "too-many-tries", "too-many-requests")


@router.post(_PATH, summary="Set up a second factor", dependencies=_LIMITED, responses=_AGAIN)
def start_second_factor(asked: PasswordAgain, actor: InPerson, response: Response) -> SecondFactorStarted:
    """Return a seed for an authenticator app. It guards nothing before it is confirmed; asking again replaces it."""
    prove_again(actor, asked.password.get_secret_value())
    response.headers["Cache-Control"] = "no-store"
    with begin(actor.tenant_id) as session:
        return records.start(session, actor)


@router.post(f"{_PATH}/confirm", summary="Turn the second factor on", dependencies=_LIMITED, responses=_AGAIN)
def confirm_second_factor(asked: Confirmation, actor: InPerson, response: Response) -> RecoveryCodes:
    """Turn it on by the app's first code; the recovery codes are shown now and never again."""
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=records.confirm(actor, asked.code.get_secret_value()))


@router.delete(_PATH, summary="Take my second factor away", dependencies=_LIMITED, status_code=204, responses=_AGAIN)
def remove_second_factor(asked: PasswordAndCode, actor: InPerson) -> None:
    """Take the second factor away; password and code are asked for once more."""
    _prove(actor, asked)
    with begin(actor.tenant_id) as session:
        records.remove(session, actor)


@router.post(f"{_PATH}/recovery-codes", summary="Get new recovery codes", dependencies=_LIMITED, responses=_AGAIN)
def renew_recovery_codes(asked: PasswordAndCode, actor: InPerson, response: Response) -> RecoveryCodes:
    """Replace all recovery codes; the new ones are shown now and never again."""
    _prove(actor, asked)
    response.headers["Cache-Control"] = "no-store"
    with begin(actor.tenant_id) as session:
        return RecoveryCodes(recovery_codes=records.renew_codes(session, actor))


@router.delete(
    "/users/{user_id}/second-factor", summary="Take another person's second factor away", status_code=204,
    responses=documented("not-found"),
)  # fmt: skip
def reset_second_factor(user_id: UUID, actor: MayEditUsers) -> None:
    """Help somebody who lost device and recovery codes: their second factor is gone, and their sessions are ended."""
    require_in_person(actor)
    with begin(actor.sight) as session:
        records.reset_for(session, actor, user_id)


def _prove(actor: InPerson, asked: PasswordAndCode) -> None:
    prove_again(actor, asked.password.get_secret_value())
    records.check_code(actor, asked.code.get_secret_value())
