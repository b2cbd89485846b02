from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditTeams, MayEditUsers, MayReadUsers, SignedIn
from api.errors import documented
from api.idempotency import Once
from api.in_person import require_in_person
from api.paging import linked
from api.person_archive import in_chunks, write_archive
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.access import Ended, Sessions
from models.messages.paging import Page
from models.messages.people import Certification, HeldSkill, PersonChange, PersonDraft, PersonFilters, PersonView
from models.records.access import erasure, person_data, skills
from models.records.access import users as records
from models.records.access.passwords import hash_password
from models.records.refusals import Missing, Unfit
from models.rules.access import Permission
from models.rules.passwords import weakness

router = feature("users", "/users")


@router.get("", summary="List people", responses=documented("bad-cursor"))
def list_users(
    request: Request, response: Response, actor: MayReadUsers, filters: Annotated[PersonFilters, Query()]
) -> Page[PersonView]:
    """Return one page of people; `q` searches user name and display name."""
    with read(actor.sight) as session:
        return linked(request, response, records.users(session, actor, filters))


@router.get("/{user_id}", summary="Read a person", responses=documented("not-found"))
def get_user(user_id: UUID, request: Request, response: Response, actor: MayReadUsers) -> PersonView:
    """Return a person with teams and skills; the ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.user(session, actor, user_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a person", response_model=PersonView,
    responses=documented("already-exists", "no-seat-left", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_user(draft: PersonDraft, actor: MayEditUsers, once: Once) -> Response:
    """Add a person. Without a password they come in by invitation or by resetting it."""
    hashed = _hashed(draft)
    return once(
        draft, lambda session: records.create_user(session, actor, draft, hashed), status=201, location="/users"
    )


def _hashed(draft: PersonDraft) -> str | None:
    """Return the hash of the first password, made before any connection is taken. Raises Unfit for a weak one."""
    if draft.password is None:
        return None
    password = draft.password.get_secret_value()
    weak = weakness(password, draft.username)
    if weak is not None:
        raise Unfit(weak, "/password")
    return hash_password(password)


@router.put(
    "/{user_id}", summary="Change a person",
    responses=documented("not-found", "stale-version", "conflict", "already-exists", "no-seat-left"),
)  # fmt: skip
def put_user(
    user_id: UUID, draft: PersonChange, response: Response, actor: MayEditUsers, expected: ExpectedVersion
) -> PersonView:
    """Replace what is kept of a person. A new role holds from the next request on; the user name stays for ever."""
    with begin(actor.sight) as session:
        view = records.change_user(session, actor, user_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete(
    "/{user_id}", summary="Deactivate a person", responses=documented("not-found", "stale-version", "conflict")
)
def deactivate_user(user_id: UUID, response: Response, actor: MayEditUsers, expected: ExpectedVersion) -> PersonView:
    """Put a person out: sessions and API keys end at once, history stays."""
    with begin(actor.sight) as session:
        view = records.deactivate_user(session, actor, user_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.put("/{user_id}/skills/{skill_id}", summary="Certify a person", responses=documented("not-found", "conflict"))
def put_user_skill(user_id: UUID, skill_id: UUID, given: Certification, actor: MayEditTeams) -> HeldSkill:
    """Note that a person is certified for a skill, or renew it; saying the same twice changes nothing."""
    with begin(actor.sight) as session:
        return skills.certify(session, actor, user_id, skill_id, given)


@router.delete(
    "/{user_id}/skills/{skill_id}", status_code=204, summary="Withdraw a certificate", responses=documented("not-found")
)
def delete_user_skill(user_id: UUID, skill_id: UUID, actor: MayEditTeams) -> None:
    """Take a certificate away; work that requires the skill is refused from now on."""
    with begin(actor.sight) as session:
        skills.withdraw(session, actor, user_id, skill_id)


@router.get("/{user_id}/sessions", summary="See where a person is logged in", responses=documented("not-found"))
def list_user_sessions(user_id: UUID, actor: MayEditUsers) -> Sessions:
    """Return every open session of a person."""
    with read(actor.sight) as session:
        return Sessions(items=records.sessions_of(session, user_id))


@router.delete("/{user_id}/sessions", summary="Log a person out everywhere", responses=documented("not-found"))
def end_user_sessions(user_id: UUID, actor: MayEditUsers) -> Ended:
    """End every session of a person, for instance when a device was lost; they may log in again."""
    with begin(actor.sight) as session:
        return Ended(sessions=records.end_sessions_of(session, actor, user_id))


@router.get(
    "/{user_id}/export", summary="Take a person's data along", response_class=StreamingResponse,
    responses=documented("not-found", "forbidden", "unavailable") | {200: {"content": {"application/zip": {}}}},
)  # fmt: skip
def export_user(user_id: UUID, actor: SignedIn) -> StreamingResponse:
    """Return a ZIP of everything that is kept about a person: yourself, or anybody for who may edit users.

    `profile.json` and `contents.json`, and each list both as JSON and as CSV: teams, skills, sessions, API keys, log-in
    providers, invitations, time entries, work orders, recorded data, rejections, orders, commands, stock movements,
    templates, files by name, and the entries of the audit trail by or about the person. Secrets are left out. An API
    key and a shared screen do not count as yourself.
    """
    if not actor.may(Permission.USERS_EDIT):
        if actor.user_id != user_id:
            raise Missing("user", user_id)
        require_in_person(actor)
    with read(actor.tenant_id) as session:
        archive = write_archive(
            person_data.profile(session, user_id), person_data.tables(session, actor.tenant_id, user_id)
        )
    with begin(actor.tenant_id) as session:
        records.tell(session, actor, "exported", user_id)
    headers = {
        "Content-Disposition": f'attachment; filename="person-{user_id}.zip"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(in_chunks(archive), media_type="application/zip", headers=headers)


@router.post(
    "/{user_id}/erase", summary="Erase a person", response_model=PersonView,
    responses=documented("not-found", "conflict", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def erase_user(user_id: UUID, actor: MayEditUsers, once: Once) -> Response:
    """Forget who a person was, for ever: name, address, secrets, skills, sessions and log-in providers go.

    What they did stays under an id that no longer tells whose it was.
    """
    return once(None, lambda session: erasure.erase(session, actor, user_id))
