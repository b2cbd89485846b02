from fastapi import Response

from api.deps import PUBLIC, SignedIn
from api.errors import documented
from api.routing import feature
from api.tokens import issue
from models.messages.access import Actor, LoggedIn, LogIn, UserView
from models.records import access as records
from models.records.refusals import LogInRefused
from models.rules.access import MATRIX

router = feature("access", "/auth")


def _user(actor: Actor) -> UserView:
    permissions = tuple(sorted(MATRIX[actor.role]))
    return UserView(id=actor.user_id, permissions=permissions, **actor.model_dump(exclude={"user_id"}))


# A `def`: hashing a password takes a good part of a second, so it runs in a thread.
@router.post("/login", summary="Log in", dependencies=[PUBLIC], responses=documented("log-in-refused"))
def log_in(credentials: LogIn, response: Response) -> LoggedIn:
    """Return a token for a name and password. A wrong name takes as long as a wrong password."""
    actor = records.actor_for(credentials.tenant, credentials.username, credentials.password.get_secret_value())
    if actor is None:
        raise LogInRefused
    token, expires_at = issue(actor)
    response.headers["Cache-Control"] = "no-store"
    return LoggedIn(access_token=token, expires_at=expires_at, user=_user(actor))


@router.get("/me", summary="Who am I")
async def get_me(actor: SignedIn) -> UserView:
    """Return the person behind the token and what their role may do."""
    return _user(actor)
