"""Who may take a piece of work: the members of its team, and those who have learnt it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.bench.statements import counted
from models.connections.ids import new_id
from models.messages.commands import (
    AssignWorkOrder,
    CompleteWorkOrder,
    PauseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    ReworkWorkOrder,
    StartWorkOrder,
)
from models.rules.access import Role
from models.rules.commands import RefusalKind
from models.tables.access.people import Skill, Team, TeamMember, UserSkill
from tests.factories import Factory
from tests.floor import STEPS, Hands, execute, lamp_job, scalar


def _team(factory: Factory, *roles: Role) -> UUID:
    team = Team(tenant_id=factory.id, id=new_id(), code="NIGHT", name="Night shift")
    with factory.begin() as session:
        session.add(team)
        session.flush()
        for role in roles:
            session.add(TeamMember(tenant_id=factory.id, team_id=team.id, user_id=factory.actor(role).user_id))
    return team.id


def test_a_teams_work_is_taken_by_a_member_and_then_it_is_theirs(job: Hands) -> None:
    job.do(AssignWorkOrder(team_id=_team(job.factory, Role.TECHNICIAN)), "cut")
    assert job.work_order("cut").assignee_id is None
    job.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    assert job.work_order("cut").assignee_id == job.factory.actor(Role.TECHNICIAN).user_id
    outsider = job.refused(PauseWorkOrder(), "cut", by=Role.OUTSOURCED_TECHNICIAN)
    assert outsider.refusal.kind is RefusalKind.NOT_YOURS


def test_a_teams_work_is_not_an_outsiders(job: Hands) -> None:
    job.do(AssignWorkOrder(team_id=_team(job.factory, Role.OUTSOURCED_TECHNICIAN)), "cut")
    refused = job.refused(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
    assert refused.refusal.kind is RefusalKind.NOT_YOURS
    assert "team" in refused.refusal.detail
    assert job.work_order("cut").state == "READY"
    job.do(StartWorkOrder(), "cut", by=Role.MANAGER)


def test_work_goes_to_active_teams_of_this_factory_only(job: Hands, other_tenant: Factory) -> None:
    team = _team(job.factory)
    execute(job.factory, "UPDATE teams SET active = false")
    for one in (team, uuid4(), _team(other_tenant)):
        refused = job.refused(AssignWorkOrder(team_id=one), "cut")
        assert refused.refusal.kind is RefusalKind.UNKNOWN_PERSON


# --- skills ---------------------------------------------------------------------------------------------------
@pytest.fixture
def welding(tenant: Factory) -> Hands:
    """A job whose first step requires welding, and whose next one nothing."""
    with tenant.begin() as session:
        session.add(Skill(tenant_id=tenant.id, code="WELD", name="Welding"))
        session.add(Skill(tenant_id=tenant.id, code="LIFT", name="Forklift"))
    steps = [{**one, "skills": ["WELD"]} if one["key"] == "cut" else one for one in STEPS]
    return lamp_job(tenant, "4", steps=steps)


def _certify(job: Hands, role: Role, since: datetime, until: datetime | None = None, code: str = "WELD") -> None:
    person = job.factory.actor(role).user_id
    with job.factory.begin() as session:
        session.merge(UserSkill(
            tenant_id=job.factory.id, user_id=person, certified_at=since, expires_at=until, recorded_by=person,
            skill_id=scalar(job.factory, "SELECT id FROM skills WHERE code = :code", code=code),
        ))  # fmt: skip


def _not_qualified(job: Hands, request: Any, **more: Any) -> str:
    refusal = job.refused(request, "cut", **more).refusal
    assert refusal is not None
    assert refusal.kind is RefusalKind.NOT_QUALIFIED, refusal
    return str(refusal.detail)


def test_a_step_that_requires_a_skill_is_refused_to_whoever_has_not_learnt_it(welding: Hands) -> None:
    assert "without the skill 'WELD'" in _not_qualified(welding, StartWorkOrder(), by=Role.TECHNICIAN)
    assert "without the skill 'WELD'" in _not_qualified(welding, StartWorkOrder(), by=Role.ADMIN)
    _certify(welding, Role.TECHNICIAN, welding.clock - timedelta(days=1), code="LIFT")
    assert "'WELD'" in _not_qualified(welding, StartWorkOrder(), by=Role.TECHNICIAN)
    _certify(welding, Role.TECHNICIAN, welding.clock - timedelta(days=1))
    welding.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)


def test_every_hand_on_the_work_is_held_to_the_certificate_but_stopping_is_free(welding: Hands) -> None:
    end = welding.clock + timedelta(hours=1)
    _certify(welding, Role.TECHNICIAN, welding.clock - timedelta(days=1), end)
    technician = {"by": Role.TECHNICIAN}
    welding.do(StartWorkOrder(), "cut", **technician)
    welding.later(90)
    for request in (ReportWorkOrder(good=1), CompleteWorkOrder()):
        said = _not_qualified(welding, request, **technician)
        assert f"expired at {end:%Y-%m-%d %H:%M} UTC" in said
    assert "without the skill" in _not_qualified(welding, CompleteWorkOrder(), by=Role.MANAGER)
    welding.do(PauseWorkOrder(reason="my certificate ran out"), "cut", **technician)
    _not_qualified(welding, ResumeWorkOrder(), **technician)
    _certify(welding, Role.TECHNICIAN, welding.clock)
    welding.do(ResumeWorkOrder(), "cut", **technician)
    welding.do(CompleteWorkOrder(), "cut", **technician)


def test_what_happened_offline_is_judged_by_the_certificate_of_that_time(welding: Hands) -> None:
    begun = welding.clock - timedelta(hours=3)
    _certify(welding, Role.TECHNICIAN, begun - timedelta(days=1), begun + timedelta(hours=1))
    _not_qualified(welding, StartWorkOrder(), by=Role.TECHNICIAN)
    welding.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN, occurred_at=begun)
    _certify(welding, Role.TECHNICIAN, welding.clock)
    early = _not_qualified(welding, ReportWorkOrder(good=1), by=Role.TECHNICIAN, occurred_at=begun)
    assert "only from" in early


def test_work_is_assigned_to_those_who_have_learnt_it(welding: Hands) -> None:
    technician = welding.factory.actor(Role.TECHNICIAN).user_id
    _not_qualified(welding, AssignWorkOrder(user_id=technician))
    assert welding.work_order("cut").assignee_id is None
    welding.do(AssignWorkOrder(user_id=technician), "mount")
    _certify(welding, Role.TECHNICIAN, welding.clock)
    welding.do(AssignWorkOrder(user_id=technician), "cut")
    welding.do(AssignWorkOrder(), "cut")
    welding.do(AssignWorkOrder(team_id=_team(welding.factory, Role.MANAGER)), "cut")


def test_rework_requires_the_skill_as_well(welding: Hands) -> None:
    _certify(welding, Role.MANAGER, welding.clock - timedelta(days=1))
    welding.work("cut")
    welding.do(ReworkWorkOrder(reason="too short", quantity=1), "cut")
    assert welding.work_order("cut", 2).skills == ["WELD"]
    assert "without the skill" in _not_qualified(welding, StartWorkOrder(), by=Role.TECHNICIAN)


def test_a_skill_out_of_use_is_still_required_by_what_runs(welding: Hands) -> None:
    execute(welding.factory, "UPDATE skills SET active = false")
    _not_qualified(welding, StartWorkOrder())
    _certify(welding, Role.MANAGER, welding.clock)
    welding.do(StartWorkOrder(), "cut")


def test_a_certificate_of_another_factory_counts_for_nothing(welding: Hands, other_tenant: Factory) -> None:
    stranger = other_tenant.actor(Role.TECHNICIAN)
    with other_tenant.begin() as session:
        skill = Skill(tenant_id=other_tenant.id, id=new_id(), code="WELD", name="Welding")
        session.add(skill)
        session.flush()
        session.add(UserSkill(
            tenant_id=other_tenant.id, user_id=stranger.user_id, skill_id=skill.id, certified_at=welding.clock,
            recorded_by=stranger.user_id,
        ))  # fmt: skip
    _not_qualified(welding, StartWorkOrder(), actor=stranger)


def test_skills_cost_one_statement_where_they_are_required_and_none_elsewhere(welding: Hands) -> None:
    _certify(welding, Role.MANAGER, welding.clock - timedelta(days=1))
    # Both pause first, so that neither is the first move of the job.
    counts = {}
    for key in ("cut", "mount"):
        welding.do(StartWorkOrder(), key)
        welding.do(PauseWorkOrder(), key)
        with counted() as statements:
            welding.do(ResumeWorkOrder(), key)
        counts[key] = [one for one in statements if "work_orders" in one or "user_skills" in one or "jobs" in one]
        welding.do(CompleteWorkOrder(data=({"key": "torque", "value": "1.5"},) if key == "mount" else ()), key)
    assert len(counts["cut"]) == len(counts["mount"]) + 1
    assert not any("user_skills" in statement for statement in counts["mount"])


def test_a_row_of_before_there_were_skills_requires_none(job: Hands) -> None:
    assert job.work_order("cut").skills == []
    job.do(StartWorkOrder(), "cut", by=Role.TECHNICIAN)
