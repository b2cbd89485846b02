from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditTeams, MayReadUsers
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.paging import Page
from models.messages.people import CertificateFilters, CertificateView
from models.messages.teams import SkillDraft, SkillFilters, SkillView
from models.records.access import skills as records
from models.records.access.certificates import certificates_held

router = feature("skills", "/skills")


@router.get("", summary="List skills", responses=documented("bad-cursor"))
def list_skills(
    request: Request, response: Response, actor: MayReadUsers, filters: Annotated[SkillFilters, Query()]
) -> Page[SkillView]:
    """Return one page of skills; `q` searches code and name."""
    with read(actor.sight) as session:
        return linked(request, response, records.skills(session, filters))


@router.get("/certificates", summary="List who is certified until when", responses=documented("bad-cursor"))
def list_certificates(
    request: Request, response: Response, actor: MayReadUsers, filters: Annotated[CertificateFilters, Query()]
) -> Page[CertificateView]:
    """Return one page of the certificates of active people; what expires first comes first."""
    with read(actor.sight) as session:
        return linked(request, response, certificates_held(session, filters))


@router.get("/{skill_id}", summary="Read a skill", responses=documented("not-found"))
def get_skill(skill_id: UUID, request: Request, response: Response, actor: MayReadUsers) -> SkillView:
    """Return a skill; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.skill(session, skill_id)
    return versioned(request, response, view)


@router.post(
    "", status_code=201, summary="Add a skill", response_model=SkillView,
    responses=documented("already-exists", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def create_skill(draft: SkillDraft, actor: MayEditTeams, once: Once) -> Response:
    """Add a skill."""
    return once(draft, lambda session: records.create_skill(session, actor, draft), status=201, location="/skills")


@router.put("/{skill_id}", summary="Change a skill", responses=documented("not-found", "stale-version", "conflict"))
def put_skill(
    skill_id: UUID, draft: SkillDraft, response: Response, actor: MayEditTeams, expected: ExpectedVersion
) -> SkillView:
    """Replace the fields of a skill; what is left out takes its default."""
    with begin(actor.sight) as session:
        view = records.change_skill(session, actor, skill_id, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.delete("/{skill_id}", summary="Deactivate a skill", responses=documented("not-found", "stale-version"))
def deactivate_skill(skill_id: UUID, response: Response, actor: MayEditTeams, expected: ExpectedVersion) -> SkillView:
    """Take a skill out of use. Nothing is deleted: what runs still requires it, new templates no longer can."""
    with begin(actor.sight) as session:
        view = records.deactivate_skill(session, actor, skill_id, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
