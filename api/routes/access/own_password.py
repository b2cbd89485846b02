from fastapi import BackgroundTasks, Depends, Request

from api.errors import documented
from api.in_person import InPerson
from api.limits import credentials_limited
from api.routes.access.log_in import LIMITED, factory_of
from api.routing import feature
from models.connections.postgres import begin
from models.messages.access import Ended
from models.messages.credentials import ForgottenPassword, MailedIfKnown, PasswordChange, PasswordReset
from models.records.access import own_password as records
from models.records.access.joining import check_password
from models.records.access.passwords import hash_password

router = feature("access", "/auth")


@router.put(
    "/password", summary="Change my password", dependencies=[Depends(credentials_limited)],
    responses=documented("forbidden", "password-wrong", "weak-secret", "too-many-tries", "too-many-requests"),
)  # fmt: skip
def put_password(asked: PasswordChange, actor: InPerson) -> Ended:
    """Replace the password by another one, and end every other session. Not with an API key, nor at a station."""
    records.prove_again(actor, asked.old_password.get_secret_value())
    new = asked.new_password.get_secret_value()
    check_password(new, actor.username, "/new_password")
    hashed = hash_password(new)
    with begin(actor.tenant_id) as session:
        return Ended(sessions=records.change(session, actor, hashed))


@router.post(
    "/password/forgot", summary="Get a code for a new password", dependencies=LIMITED, status_code=202,
    responses=documented("too-many-requests"),
)  # fmt: skip
async def forgot_password(asked: ForgottenPassword, request: Request, later: BackgroundTasks) -> MailedIfKnown:
    """Mail six digits to whoever bears the name. Everything is looked up after the answer, so it tells nothing."""
    mail_code_later(asked, request, later)
    return MailedIfKnown()


def mail_code_later(asked: ForgottenPassword, request: Request, later: BackgroundTasks) -> None:
    """Look up whom to mail a code once the answer has left."""

    def look_up() -> None:
        records.mail_code(factory_of(request, asked.tenant), asked.username)

    later.add_task(look_up)


@router.post(
    "/password/reset", summary="Set a new password by a code", dependencies=LIMITED, status_code=204,
    responses=documented("reset-refused", "weak-secret", "too-many-requests"),
)  # fmt: skip
def reset_password(asked: PasswordReset, request: Request) -> None:
    """Set a new password by the code that came by mail: the newest, within ten minutes and five tries, once."""
    new = asked.new_password.get_secret_value()
    check_password(new, asked.username, "/new_password")
    tenant_id = factory_of(request, asked.tenant)
    records.reset(tenant_id, asked.username, asked.code.get_secret_value(), new)
