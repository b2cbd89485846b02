"""Words that are written into databases and read by other programs."""

import re
from pathlib import Path

from models.rules.access import Permission
from models.rules.audit import FEATURES, tag
from models.rules.orders import ENDED, Status
from models.rules.stock import ROUTES, Location, MoveKind
from models.rules.work_orders import JOB_ACTIONS, Action


def test_audit_tags_name_what_was_done_to_what():
    assert tag(Action.PAUSE, whole_job=False) == "work_orders:paused"
    assert tag(Action.HOLD, whole_job=True) == "jobs:held"
    assert {tag(action, whole_job=True) for action in JOB_ACTIONS} == {"jobs:held", "jobs:released", "jobs:cancelled"}


def test_every_tag_in_the_code_begins_with_a_feature_that_webhooks_may_name():
    root = Path(__file__).parents[2]
    written = re.compile(r'"([a-z_]+):([a-z_]+|{past}|{verb})"')
    permissions = {permission.value for permission in Permission}
    told = {
        found.group(1)
        for folder in ("models/records", "models/rules", "activities", "api", "worker")
        for path in (root / folder).rglob("*.py")
        for found in written.finditer(path.read_text())
        if found.group(0).strip('"') not in permissions
    }
    assert told == set(FEATURES)


def test_every_kind_of_movement_has_a_route_between_two_places_one_of_them_ours():
    assert set(ROUTES) == set(MoveKind)
    for source, target in ROUTES.values():
        assert source is not target
        assert Location.STOCK in {source, target}


def test_an_ended_thing_is_done_or_cancelled():
    assert {Status.DONE, Status.CANCELLED} == ENDED
