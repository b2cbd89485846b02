"""Skills: the list with what expires soon, one skill with everybody who holds it, making and changing one."""

import json
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import MayEditTeams, MayReadUsers
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from api.routes.access import skills as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.people import CertificateFilters
from models.messages.teams import SkillDraft, SkillFilters, SkillView
from models.records.access import skills
from models.records.access.certificates import certificates_held
from models.records.access.workers import everybody

router = pages("skills")
_SOON = timedelta(days=60)
_MADE = marked("The skill is added. Certify people for it, and require it in templates.")
_SAVED = marked("Saved.")
_CLOSED = marked("The skill is out of use: new templates cannot require it any more.")
_OPENED = marked("The skill is in use again.")


class SkillForm(ActForm):
    """A skill as the form sends it."""

    version: int = 0
    code: str = ""
    name: str = ""


@router.get("/skills")
def list_skills(
    screen: TheScreen, actor: MayReadUsers, filters: Annotated[SkillFilters, Depends(filters_of(SkillFilters))]
) -> HTMLResponse:
    """Show one page of skills, and whose certificates have expired or are about to."""
    with read(actor.sight) as session:
        found = skills.skills(session, filters)
        soon = certificates_held(session, CertificateFilters(expires_before=screen.formats.now + _SOON))
    return screen.show("skills/list.html", found=found, filters=filters, soon=soon)


@router.post("/skills")
def post_skill(
    request: Request, screen: TheScreen, actor: MayEditTeams, form: Annotated[SkillForm, Form()]
) -> RedirectResponse:
    """Add a skill once."""
    try:
        draft = checked(SkillDraft, form.model_dump(include={"code", "name"}))
        made = json.loads(bytes(api.create_skill(draft, actor, OnceRunner(request, actor, form.key)).body))
    except WRONG as fault:
        return screen.go("/skills", said=" ".join(faults_of(screen, fault).values()), kind="bad")
    return screen.go(f"/skills/{made['id']}", said=screen.words(_MADE))


@router.get("/skills/{skill_id}")
def get_skill(
    screen: TheScreen,
    skill_id: UUID,
    actor: MayReadUsers,
    filters: Annotated[CertificateFilters, Depends(filters_of(CertificateFilters))],
) -> HTMLResponse:
    """Show one skill and everybody who holds it."""
    with read(actor.sight) as session:
        skill = skills.skill(session, skill_id)
        held = certificates_held(session, filters.model_copy(update={"skill": skill.code}))
        people = everybody(session) if screen.may("teams:edit") else ()
    return screen.show("skills/skill.html", skill=skill, held=held, people=people)


@router.post("/skills/{skill_id}")
def post_skill_change(
    screen: TheScreen, skill_id: UUID, actor: MayEditTeams, form: Annotated[SkillForm, Form()]
) -> RedirectResponse:
    """Change what a skill is called."""
    skill = _skill(actor, skill_id)
    given = {"code": skill.code, "name": form.name, "active": skill.active}

    def save() -> None:
        api.put_skill(skill_id, checked(SkillDraft, given), Response(), actor, form.version)

    return tried(screen, f"/skills/{skill_id}", save, _SAVED)


@router.post("/skills/{skill_id}/use")
def post_skill_use(
    screen: TheScreen, skill_id: UUID, actor: MayEditTeams, form: Annotated[SkillForm, Form()]
) -> RedirectResponse:
    """Take a skill out of use, or into use again."""
    skill = _skill(actor, skill_id)
    draft = SkillDraft(code=skill.code, name=skill.name, active=not skill.active)
    done = _CLOSED if skill.active else _OPENED
    return tried(
        screen, f"/skills/{skill_id}", lambda: api.put_skill(skill_id, draft, Response(), actor, form.version), done
    )


def _skill(actor: Actor, skill_id: UUID) -> SkillView:
    with read(actor.sight) as session:
        return skills.skill(session, skill_id)
