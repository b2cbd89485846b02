"""Certifying people: from a person's page, and from a skill's."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.deps import MayEditTeams
from api.pages.frame.asking import checked
from api.pages.frame.faults import tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.access import users as api
from models.messages.access import Actor
from models.messages.people import Certification
from models.records.refusals import Missing

router = pages("skills")
_CERTIFIED = marked("The certificate is kept.")
_WITHDRAWN = marked("The certificate is withdrawn.")


class CertificateForm(BaseModel):
    """From one day until before another, as days are where the sender is; the page gives the person or the skill."""

    user_id: UUID | None = None
    skill_id: UUID | None = None
    certified_at: str = ""
    expires_at: str = ""


@router.post("/users/{user_id}/skills")
def post_certificate(
    screen: TheScreen, user_id: UUID, actor: MayEditTeams, form: Annotated[CertificateForm, Form()]
) -> RedirectResponse:
    """Certify a person for a skill, or renew it."""
    asked = form.model_copy(update={"user_id": user_id})
    return tried(screen, f"/users/{user_id}", lambda: _certify(screen, actor, asked), _CERTIFIED)


@router.post("/skills/{skill_id}/certify")
def post_holder(
    screen: TheScreen, skill_id: UUID, actor: MayEditTeams, form: Annotated[CertificateForm, Form()]
) -> RedirectResponse:
    """Certify somebody for a skill, or renew it."""
    asked = form.model_copy(update={"skill_id": skill_id})
    return tried(screen, f"/skills/{skill_id}", lambda: _certify(screen, actor, asked), _CERTIFIED)


@router.post("/users/{user_id}/skills/{skill_id}/withdraw")
def post_withdrawal(screen: TheScreen, user_id: UUID, skill_id: UUID, actor: MayEditTeams) -> RedirectResponse:
    """Take a certificate away."""
    return tried(screen, f"/users/{user_id}", lambda: api.delete_user_skill(user_id, skill_id, actor), _WITHDRAWN)


def _certify(screen: Screen, actor: Actor, form: CertificateForm) -> None:
    days = {"certified_at": form.certified_at, "expires_at": form.expires_at}
    given = checked(Certification, {name: _instant(screen, day) for name, day in days.items() if day})
    if form.user_id is None or form.skill_id is None:
        raise Missing("person or skill", "")
    api.put_user_skill(form.user_id, form.skill_id, given, actor)


def _instant(screen: Screen, day: str) -> datetime | str:
    """Return the beginning of a day where the person is; what is no day stays as it is, to be refused."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=screen.formats.zone)
    except ValueError:
        return day
