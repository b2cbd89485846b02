"""Old audit entries go from the old end of the chain, and the trail is sound from its anchor at every moment."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.connections.ids import new_id
from models.messages.audit_trail import VerificationRequest
from models.messages.tenants import SettingsDraft
from models.records import tenants
from models.records.audit_verification import verify
from models.rules.audit_chain import Fault
from tests.activities.test_audit_chain import HOUSE, carry, change, faults, links, logs, tell
from tests.factories import Factory
from tests.floor import execute, rows
from worker.relays.retention import prune_trail, prune_trails

NOW = datetime(2027, 6, 15, 13, 30, tzinfo=UTC)
MIDNIGHT = datetime(2027, 6, 15, tzinfo=UTC)
_KILLED_BEFORE_DELETING = """
import os, signal, sys
from datetime import datetime
from uuid import UUID
from models.records import audit_documents
from worker.relays.retention import prune_trail
audit_documents.drop_through = lambda tenant_id, seq: os.kill(os.getpid(), signal.SIGKILL)
prune_trail(UUID(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
"""


def keep(factory: Factory, days: int | None) -> None:
    with factory.begin() as session:
        version = tenants.settings(session, factory.id).row_version
        tenants.change_settings(session, factory.actor(), SettingsDraft(audit_keep_days=days), version)


def told_at(factory: Factory, *days_ago: float) -> None:
    """Have things happen at times before midnight, in the order given."""
    for days in days_ago:
        tell(factory, 1)
        moment = (MIDNIGHT - timedelta(days=days)).isoformat()
        execute(
            factory,
            "UPDATE outbox SET data = jsonb_set(data, '{timestamp}', to_jsonb(CAST(:moment AS text))) "
            "WHERE id = (SELECT max(id) FROM outbox)",
            moment=moment,
        )
    carry(factory)


def numbers(factory: Factory) -> list[int]:
    return [one["seq"] for one in links(factory)]


def pruned(factory: Factory) -> list[dict[str, Any]]:
    found = rows(factory, "SELECT data FROM outbox WHERE data->>'action' = 'audit:pruned' ORDER BY id")
    return [row.data["after"] for row in found]


@pytest.fixture
def old(tenant: Factory) -> Factory:
    """A factory that keeps 30 days, with entries of 40, 35, 31, 30, 10 and 0 days ago, and one of its settings."""
    told_at(tenant, 40, 35, 31, 30, 10, 0)
    keep(tenant, 30)
    carry(tenant)
    return tenant


def test_entries_older_than_kept_go_and_the_rest_is_sound(old: Factory) -> None:
    assert prune_trail(old.id, NOW) == 3
    assert numbers(old) == [4, 5, 6, 7]
    found = verify(old.id)
    assert (found.sound, found.checked, found.first_seq, found.whole) == (True, 4, 4, True)
    assert verify(old.id, VerificationRequest()).sound
    assert pruned(old) == [
        {"first_seq": 1, "last_seq": 3, "before": (MIDNIGHT - timedelta(days=30)).isoformat(), "findings": []}
    ]
    carry(old)
    assert verify(old.id).last_seq == 8


def test_what_was_pruned_today_is_not_pruned_again(old: Factory) -> None:
    prune_trail(old.id, NOW)
    assert prune_trail(old.id, NOW + timedelta(hours=10)) == 0
    assert len(pruned(old)) == 1
    assert prune_trail(old.id, NOW + timedelta(days=1)) == 1
    assert (numbers(old), verify(old.id).sound) == ([5, 6, 7], True)


def test_all_may_go_but_what_tells_of_it(old: Factory) -> None:
    assert prune_trail(old.id, NOW + timedelta(days=3000)) == 7
    assert verify(old.id).sound
    carry(old)
    (entry,) = links(old)
    assert (entry["action"], entry["seq"]) == ("audit:pruned", 8)
    assert verify(old.id).checked == 1


def test_a_factory_that_says_nothing_keeps_everything(tenant: Factory) -> None:
    told_at(tenant, 5000, 40)
    assert prune_trail(tenant.id, NOW) == 0
    keep(tenant, 30)
    keep(tenant, None)
    assert prune_trail(tenant.id, NOW) == 0
    assert numbers(tenant) == [1, 2]


def test_a_younger_entry_keeps_those_behind_it(tenant: Factory) -> None:
    told_at(tenant, 40, 10, 39, 38)
    keep(tenant, 30)
    assert prune_trail(tenant.id, NOW) == 1
    assert (numbers(tenant), verify(tenant.id).sound) == ([2, 3, 4], True)


def test_a_pruning_killed_before_it_deletes_leaves_a_sound_trail_and_ends_later(old: Factory) -> None:
    words = [sys.executable, "-c", _KILLED_BEFORE_DELETING, str(old.id), NOW.isoformat()]
    died = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(HOUSE)}, check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert numbers(old) == [1, 2, 3, 4, 5, 6, 7]
    assert (verify(old.id).sound, verify(old.id).checked) == (True, 4)
    carry(old)
    assert verify(old.id).sound
    assert prune_trail(old.id, NOW) == 3
    assert (numbers(old), len(pruned(old))) == ([4, 5, 6, 7, 8], 1)


def test_what_a_killed_pruning_left_goes_even_if_the_factory_keeps_all_by_now(old: Factory) -> None:
    execute(old, "UPDATE audit_chains SET anchor_seq = 2, anchor_hash = :hash", hash=links(old)[1]["hash"])
    keep(old, None)
    assert prune_trail(old.id, NOW) == 2
    assert verify(old.id).sound


def test_what_was_wrong_with_pruned_entries_is_not_forgotten(old: Factory) -> None:
    change(old, 2, action="forged")
    assert prune_trail(old.id, NOW) == 3
    assert verify(old.id).sound
    assert pruned(old)[0]["findings"] == [{"fault": "edited", "first_seq": 2, "last_seq": 2}]


def test_what_was_removed_where_the_kept_entries_begin_still_shows(old: Factory) -> None:
    logs().delete_many({"tenant_id": str(old.id), "seq": {"$in": [3, 4]}})
    prune_trail(old.id, NOW)
    assert faults(verify(old.id)) == [(Fault.REMOVED, 3, 4)]


def test_entries_from_before_chaining_go_too(tenant: Factory) -> None:
    logs().insert_many([
        {"_id": str(new_id()), "tenant_id": str(tenant.id), "timestamp": MIDNIGHT - timedelta(days=days), "action": "x"}
        for days in (40, 31, 29)
    ])  # fmt: skip
    told_at(tenant, 5)
    keep(tenant, 30)
    assert prune_trail(tenant.id, NOW) == 2
    assert (verify(tenant.id).sound, verify(tenant.id).unchained) == (True, 1)
    logs().insert_one({"_id": str(new_id()), "tenant_id": str(tenant.id), "timestamp": NOW, "action": "forged"})
    assert faults(verify(tenant.id)) == [(Fault.INSERTED, None, None)]


def test_every_factory_is_pruned_by_its_own_rule(old: Factory, other_tenant: Factory) -> None:
    told_at(other_tenant, 40)
    assert prune_trails(NOW) >= 3
    assert (numbers(old), numbers(other_tenant)) == ([4, 5, 6, 7], [1])
