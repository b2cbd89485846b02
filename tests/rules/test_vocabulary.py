"""Words that are written into databases and read by other programs."""

from models.rules.access import MATRIX, Permission, Role, may
from models.rules.audit import tag
from models.rules.orders import ENDED, Status
from models.rules.stock import ROUTES, Location, MoveKind
from models.rules.work_orders import JOB_ACTIONS, Action


def test_audit_tags_name_what_was_done_to_what():
    assert tag(Action.PAUSE, whole_job=False) == "work_orders:paused"
    assert tag(Action.HOLD, whole_job=True) == "jobs:held"
    assert {tag(action, whole_job=True) for action in JOB_ACTIONS} == {"jobs:held", "jobs:released", "jobs:cancelled"}


def test_every_kind_of_movement_has_a_route_between_two_places_one_of_them_ours():
    assert set(ROUTES) == set(MoveKind)
    for source, target in ROUTES.values():
        assert source is not target
        assert Location.STOCK in {source, target}


def test_technicians_work_and_managers_control():
    assert may(Role.TECHNICIAN, Permission.WORK_ORDERS_WORK)
    assert not may(Role.TECHNICIAN, Permission.WORK_ORDERS_CONTROL)
    assert may(Role.MANAGER, Permission.WORK_ORDERS_CONTROL)
    assert not may(Role.MANAGER, Permission.STOCK_MOVE)
    assert not may(Role.VIEWER, Permission.WORK_ORDERS_READ)
    assert MATRIX[Role.DEVELOPER].isdisjoint(
        {p for p in Permission if p.value.endswith((":edit", ":work", ":control"))}
    )


def test_an_ended_thing_is_done_or_cancelled():
    assert {Status.DONE, Status.CANCELLED} == ENDED
