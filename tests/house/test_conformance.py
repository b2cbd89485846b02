"""What must hold over the whole house, read from the code itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import create_engine, text

from api.app import ROUTERS, create_app
from api.deps import declared_access
from api.errors import BY_ERROR
from api.problems import BY_SLUG
from deploy.stack.plan import Plan
from models.connections.settings import Settings
from models.messages import queues
from models.records import refusals
from models.rules import audit
from models.rules.access import MATRIX, ONLY_ADMIN, Permission, Role, may
from models.rules.commands import RefusalKind
from models.rules.work_orders import FINISHED, JOB_ACTIONS, MOVES, Action, WorkOrderState, after
from worker.build import WORKFLOWS

S, A = WorkOrderState, Action
HOUSE = Path(__file__).parents[2]
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
# The state machine of a work order as the domain reference has it: one line per state, `.` where the action is refused.
MATRIX_OF_MOVES = """
              assign start pause resume report complete skip rework hold release cancel
WAITING       =      .     .     .      .      .        S    .      =    =       X
READY         =      I     .     .      .      .        S    .      =    =       X
IN_PROGRESS   =      .     P     .      =      C        .    .      P    .       X
PAUSED        =      .     .     I      .      .        .    .      =    =       X
COMPLETED     .      .     .     .      .      .        .    =      .    .       .
SKIPPED       .      .     .     .      .      .        .    =      .    .       .
CANCELLED     .      .     .     .      .      .        .    =      .    .       .
"""
LETTERS = {"I": S.IN_PROGRESS, "P": S.PAUSED, "C": S.COMPLETED, "S": S.SKIPPED, "X": S.CANCELLED}
# Names that stand in histories, databases and other people's programs. A name may be added; none may ever change.
WIRE_NAMES = {
    "Job", "Order", "jobs.load_graph", "jobs.finish", "work_orders.open", "work_orders.apply", "orders.jobs_to_start",
    "orders.conclude", "manufacturing_orders.scale",
}  # fmt: skip
REFUSALS = {
    "wrong-state", "stale-attempt", "no-such-step", "on-hold", "not-on-hold", "not-optional", "predecessor-open",
    "pieces-do-not-add-up", "nothing-to-rework", "not-an-ancestor", "pieces-moved-on", "job-closed", "stock-short",
    "not-yours", "no-longer-allowed", "not-qualified", "data-missing", "data-out-of-limits", "unknown-field",
    "unknown-part", "unknown-person", "unknown-file", "bad-time", "cannot-be-stored", "not-countable",
}  # fmt: skip
FOLDERS = ("workflows", "activities", "api", "templates_engine", "models", "worker", "deploy", "tests")


def _expected() -> dict[tuple[WorkOrderState, Action], WorkOrderState]:
    head, *lines = [line.split() for line in MATRIX_OF_MOVES.strip().splitlines()]
    return {
        (S(state), A(action)): S(state) if letter == "=" else LETTERS[letter]
        for state, *letters in lines
        for action, letter in zip(head, letters, strict=True)
        if letter != "."
    }


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_a_work_order_moves_as_drawn_and_no_other_way(state: WorkOrderState, action: Action) -> None:
    assert after(state, action) == _expected().get((state, action))


def test_every_state_can_be_reached_from_waiting_and_every_open_one_can_end() -> None:
    moves = {(before, then) for (before, _), then in MOVES.items()} | {(S.WAITING, S.READY)}

    def reached(start: WorkOrderState) -> set[WorkOrderState]:
        found, queue = {start}, [start]
        while queue:
            state = queue.pop()
            following = {then for before, then in moves if before is state} - found
            found |= following
            queue += following
        return found

    assert reached(S.WAITING) == set(S)
    assert all(reached(state) & FINISHED for state in S)
    assert set(A) >= JOB_ACTIONS


def test_every_route_says_who_may_call_it() -> None:
    silent = [route.path for route in ROUTES if not declared_access(route)]
    assert silent == []
    declared = {name for route in ROUTES for name in declared_access(route)}
    assert declared <= {permission.value for permission in Permission} | {"SIGNED_IN", "PUBLIC"}


def test_what_is_open_to_everybody_is_on_this_list() -> None:
    public = {route.path for route in ROUTES if declared_access(route) == {"PUBLIC"}}
    assert public == {
        "/access",
        "/api/docs",
        "/api/v1/auth/login",
        "/api/v1/auth/oidc/{code}/callback",
        "/api/v1/auth/oidc/{code}/start",
        "/api/v1/auth/providers",
        "/api/v1/auth/refresh",
        "/api/v1/auth/invitations/accept",
        "/api/v1/auth/password/forgot",
        "/api/v1/auth/password/reset",
        "/api/v1/auth/pin",
        "/api/v1/auth/register",
        "/api/v1/brands/{tenant_id}/logo/{logo_hash}",
        "/api/v1/colours/{accent}.css",
        "/andon/{token}",
        "/andon/{token}/board",
        "/appearance",
        "/ca",
        "/ca/factoryos-ca.crt",
        "/docs",
        "/healthz",
        "/invitations/{token}",
        "/login",
        "/manifest.webmanifest",
        "/service-worker.js",
        "/login/code",
        "/password/forgot",
        "/password/reset",
        "/problems",
        "/problems/{slug}",
        "/readyz",
        "/sign-up",
        "/static/{name}",
        "/station/door",
    }


def test_every_permission_is_held_by_somebody_and_an_administrator_holds_all() -> None:
    assert MATRIX[Role.ADMIN] == set(Permission)
    assert set(MATRIX) == set(Role)
    for permission in Permission:
        by_others = any(may(MATRIX[role], permission) for role in Role if role is not Role.ADMIN)
        assert by_others is (permission not in ONLY_ADMIN), permission


def test_every_refusal_of_a_command_has_its_problem_under_its_own_name() -> None:
    assert {kind.value for kind in RefusalKind} == REFUSALS
    for kind in RefusalKind:
        problem = BY_SLUG[kind.value]
        assert 400 <= problem.status < 500
        assert problem.title
        assert problem.meaning
        assert problem.remedy


def test_every_error_of_the_records_has_its_problem() -> None:
    named = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, refusals.Refusal)]
    unmapped = [one.__name__ for one in named if one is not refusals.Refusal and one not in BY_ERROR]
    assert unmapped == []


def test_every_action_has_an_audit_tag_of_its_own() -> None:
    tags = [audit.tag(action, whole_job=False) for action in A] + [audit.tag(a, whole_job=True) for a in JOB_ACTIONS]
    assert len(tags) == len(set(tags))


def test_wire_names_are_those_that_histories_hold() -> None:
    from activities.jobs import JobActivities
    from activities.manufacturing_orders import ManufacturingOrderActivities
    from activities.orders import OrderActivities
    from activities.work_orders import WorkOrderActivities

    classes = (JobActivities, ManufacturingOrderActivities, OrderActivities, WorkOrderActivities)
    activities = {
        definition.name
        for one in classes
        for method in vars(one).values()
        if (definition := getattr(method, "__temporal_activity_definition", None)) is not None
    }
    workflows = {getattr(one, "__temporal_workflow_definition").name for one in WORKFLOWS}
    assert activities | workflows == WIRE_NAMES
    assert (queues.UPDATE_SUBMIT, queues.SIGNAL_SUBMIT, queues.SIGNAL_DATE) == ("submit", "submit_queued", "date_moved")


def test_every_operation_of_the_api_has_a_name_of_its_own_and_a_summary() -> None:
    paths = create_app().openapi()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert [name for name, one in zip(names, operations, strict=True) if not one.get("summary")] == []


def test_every_table_of_a_tenant_shows_and_takes_only_its_own_rows(servers: Plan) -> None:
    owner = create_engine(
        servers.environment["DATABASE_OWNER_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    )
    with owner.connect() as connection:
        tables = connection.execute(
            text("""
            SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS secured,
                   EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'one_tenant'
                              AND p.polwithcheck IS NOT NULL AND p.polqual IS NOT NULL) AS bound
              FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        """)
        ).all()
        rights = connection.execute(
            text("""
            SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'factoryos_app'
        """)
        ).scalar_one()
    owner.dispose()
    assert len(tables) > 20
    assert [row.relname for row in tables if not row.secured or not row.bound] == []
    assert rights is False


def test_a_rule_is_read_without_loading_a_database_or_a_framework() -> None:
    heavy = ("sqlalchemy", "sqlmodel", "temporalio", "fastapi", "pymongo", "psycopg", "networkx")
    code = f"import sys, models, models.rules.jobs; print([name for name in {heavy!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE)
    assert said.stdout.strip() == "[]"
    assert (HOUSE / "models" / "__init__.py").read_text() == ""


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained_to_whoever_runs_the_house(name: str) -> None:
    rows = [line for line in (HOUSE / "deploy" / "README.md").read_text().splitlines() if line.startswith("| `")]
    named = [row.split("|")[1] for row in rows]
    assert any(f"`{name.upper()}`" in variables for variables in named), (
        f"deploy/README.md does not list {name.upper()}"
    )


@pytest.mark.parametrize(
    ("mode", "said", "made"),
    [("onprem", None, True), ("saas", None, False), ("saas", "1", True), ("onprem", "0", False)],
)
def test_the_first_run_makes_the_demo_factory_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, mode: str, said: str | None, *, made: bool
) -> None:
    told = {"DATABASE_URL": "postgresql://there", "FACTORYOS_SECRET_KEY": "k" * 32, "FACTORYOS_MODE": mode}
    monkeypatch.delenv("FACTORYOS_DEMO", raising=False)
    for name, value in (told if said is None else told | {"FACTORYOS_DEMO": said}).items():
        monkeypatch.setenv(name, value)
    assert Settings().fills_in_demo is made


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_says_what_it_is_for(folder: str) -> None:
    assert (HOUSE / folder / "README.md").is_file(), f"{folder}/README.md is missing"
