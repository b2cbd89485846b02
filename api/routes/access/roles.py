from uuid import UUID

from fastapi import Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditRoles, SignedIn
from api.errors import documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.roles import AccessMatrix, RoleDraft, Roles, RoleView
from models.records.access import roles as records

router = feature("roles")


@router.get("/roles", summary="List roles")
def list_roles(actor: SignedIn) -> Roles:
    """Return every role a person of this factory may have, with its permissions."""
    with read(actor.sight) as session:
        return records.roles(session)


@router.get("/access/matrix", summary="See who may do what")
def get_access_matrix(actor: SignedIn) -> AccessMatrix:
    """Return every permission, what it means, and which roles hold it; the page /access shows the built-in ones."""
    with read(actor.sight) as session:
        return records.matrix(session)


@router.get("/roles/{role_id}", summary="Read a role", responses=documented("not-found"))
def get_role(role_id: UUID, request: Request, response: Response, actor: SignedIn) -> RoleView:
    """Return one of the factory's own roles; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.role(session, role_id)
    return versioned(request, response, view)


@router.post(
    "/roles", status_code=201, summary="Make a role", response_model=RoleView,
    responses=documented("already-exists", "conflict", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_role(draft: RoleDraft, actor: MayEditRoles, once: Once) -> Response:
    """Make a role from the permissions there are, but those that administrators alone may hold."""
    return once(draft, lambda session: records.create_role(session, actor, draft), status=201, location="/roles")


@router.put("/roles/{role_id}", summary="Change a role", responses=documented("not-found", "stale-version", "conflict"))
def put_role(
    role_id: UUID, draft: RoleDraft, response: Response, actor: MayEditRoles, expected: ExpectedVersion
) -> RoleView:
    """Replace a role's title and permissions; whoever has it is bound by the new ones from the next request on."""
    with begin(actor.sight) as session:
        view = records.change_role(session, actor, role_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version or 0)
    return view


@router.delete(
    "/roles/{role_id}", summary="Delete a role", responses=documented("not-found", "stale-version", "conflict")
)
def delete_role(role_id: UUID, actor: MayEditRoles, expected: ExpectedVersion) -> RoleView:
    """Take a role away that nobody has; its name may be used again."""
    with begin(actor.sight) as session:
        return records.delete_role(session, actor, role_id, expected)
