from fastapi import Request, Response

from api.errors import documented
from api.routes.access.log_in import LIMITED, answered, come_in
from api.routing import feature
from models.connections.ids import new_id
from models.connections.links import home
from models.connections.postgres import begin
from models.connections.settings import settings
from models.messages.access import SignedUp
from models.messages.credentials import SignUp
from models.records.access import sign_up as records
from models.records.access.joining import check_password
from models.records.access.passwords import hash_password

router = feature("access", "/auth")


def _only_one() -> bool:
    return settings().factoryos_mode == "onprem"


def refuse_if_closed() -> None:
    """Raise SignUpClosed where there is one factory only, and it has its first person."""
    if _only_one():
        records.refuse_if_closed()


@router.post(
    "/register", summary="Sign up a factory", dependencies=LIMITED, status_code=201,
    responses=documented("sign-up-closed", "already-exists", "weak-secret", "too-many-requests"),
)  # fmt: skip
def register(asked: SignUp, request: Request, response: Response) -> SignedUp:
    """Make a factory and its administrator, who is logged in at once.

    A service for many factories is open to all; an installation for one only until it has its first person. There is no
    Idempotency-Key: a repetition finds its short name taken (409), and whoever sent it twice logs in.
    """
    refuse_if_closed()
    password = asked.password.get_secret_value()
    check_password(password, asked.username)
    tenant_id, hashed = new_id(), hash_password(password)
    with begin(tenant_id) as session:
        person = records.sign_up(session, tenant_id, asked, hashed, only_one=_only_one())
        opened = come_in(session, person, cookie=asked.cookie)
    answer = answered(request, response, opened, cookie=asked.cookie)
    return SignedUp(**dict(answer), slug=asked.slug, address=home(asked.slug))
