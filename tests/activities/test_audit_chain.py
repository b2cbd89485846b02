"""The hash chain on real servers: relays that die between their two writes, and hands that reach into MongoDB."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from pymongo.errors import BulkWriteError
from sqlalchemy.exc import OperationalError

from models.connections.ids import new_id
from models.connections.mongo import mongo
from models.connections.postgres import begin
from models.messages.audit_trail import AuditVerification, VerificationRequest
from models.records import audit, audit_chains, audit_documents
from models.records.audit_verification import verify
from models.rules.audit_chain import Fault, link
from models.tables.base import utc_now
from tests.factories import Factory
from tests.floor import execute, rows, scalar
from worker.relays import outbox as relay

HOUSE = Path(__file__).parents[2]
_KILLED_BETWEEN_THE_WRITES = """
import os, signal, sys
from uuid import UUID
from models.records import outbox as records
from worker.relays import outbox as relay
records.mark_sent = lambda session, ids: os.kill(os.getpid(), signal.SIGKILL)
relay.relay(UUID(sys.argv[1]))
"""


def tell(factory: Factory, count: int, **fields: Any) -> None:
    """Have things happen that the trail must know."""
    with begin(factory.id) as session:
        for number in range(count):
            audit.record(
                session, tenant_id=factory.id, action="parts:created", module="catalog",
                actor_id=factory.actor().user_id, subject_id=new_id(),
                **{"after": {"sku": f"P-{number}"}, **fields},
            )  # fmt: skip
            session.flush()


def carry(factory: Factory) -> None:
    """Relay until nothing waits any more."""
    while relay.relay(factory.id):
        pass


def killed_between_the_writes(factory: Factory) -> None:
    """Relay in a process that is killed when MongoDB has the entries and PostgreSQL does not know."""
    words = [sys.executable, "-c", _KILLED_BETWEEN_THE_WRITES, str(factory.id)]
    died = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(HOUSE)}, check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    wait_for_the_turn(factory)


def wait_for_the_turn(factory: Factory) -> None:
    """Until PostgreSQL has seen that whoever had the turn is gone."""
    execute(factory, "SELECT pg_advisory_xact_lock(hashtextextended('audit:' || :tenant, 0))", tenant=str(factory.id))


def links(factory: Factory) -> list[dict[str, Any]]:
    return list(audit_documents.links(factory.id, 0))


def faults(found: AuditVerification) -> list[tuple[Fault, Any, Any]]:
    assert found.sound is (not found.findings)
    return [(one.fault, one.first_seq, one.last_seq) for one in found.findings]


def logs() -> Any:
    return mongo()["audit_logs"]


def change(factory: Factory, seq: int, **fields: Any) -> None:
    """Reach into MongoDB, past the product."""
    assert logs().update_one({"tenant_id": str(factory.id), "seq": seq}, {"$set": fields}).modified_count == 1


def move(factory: Factory, seq: int, place: int) -> None:
    logs().update_one({"tenant_id": str(factory.id), "seq": seq}, {"$set": {"seq": place}})


@pytest.fixture
def trail(tenant: Factory) -> Factory:
    """A factory with ten entries in its trail."""
    tell(tenant, 10)
    carry(tenant)
    return tenant


def test_entries_are_linked_in_the_order_they_were_carried(trail: Factory) -> None:
    documents = links(trail)
    assert [one["seq"] for one in documents] == list(range(1, 11))
    assert [one["after"]["sku"] for one in documents] == [f"P-{number}" for number in range(10)]
    previous = ""
    for document in documents:
        assert document["previous_hash"] == previous
        assert document["hash"] == link(previous, document)
        previous = document["hash"]
    head = rows(trail, "SELECT seq, hash, anchor_seq, anchor_hash, unchained FROM audit_chains")[0]
    assert tuple(head) == (10, previous, 0, "", 0)
    tell(trail, 2)
    carry(trail)
    found = verify(trail.id)
    assert (found.sound, found.checked, found.last_seq, found.whole, found.unchained) == (True, 12, 12, True, 0)


def test_every_factory_has_a_chain_of_its_own(trail: Factory, other_tenant: Factory) -> None:
    tell(other_tenant, 3)
    carry(other_tenant)
    assert [one["seq"] for one in links(other_tenant)] == [1, 2, 3]
    assert verify(trail.id).sound
    assert verify(other_tenant.id).sound
    with trail.read() as session:
        assert audit_chains.chain(session, trail.id) is not None
        assert audit_chains.chain(session, other_tenant.id) is None


def test_exact_numbers_and_long_ones_hash_the_same_when_they_are_read_again(tenant: Factory) -> None:
    odd = {"price": "0.100000", "count": 2**63 - 1, "nested": [{"deep": None, "é$.": "\u2028"}], "empty": {}}
    tell(tenant, 1, after=odd)
    execute(
        tenant, """UPDATE outbox SET data = jsonb_set(data, '{after,more}', '{"huge": 1e30, "big": 9223372036854775808,
        "fine": 0.1000, "small": -1.5}')""",
    )  # fmt: skip
    carry(tenant)
    assert verify(tenant.id).sound
    assert links(tenant)[0]["after"]["more"] == {
        "huge": str(10**30), "big": "9223372036854775808", "fine": "0.1000", "small": "-1.5",
    }  # fmt: skip


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_relay_killed_between_its_two_writes_heals_by_itself(trail: Factory, late: int) -> None:
    tell(trail, 5)
    numbers = [row.id for row in rows(trail, "SELECT id FROM outbox WHERE sent_at IS NULL ORDER BY id")]
    # These commit late, with numbers below those that the killed relay takes.
    execute(trail, "UPDATE outbox SET topic = 'held back' WHERE id = ANY(:ids)", ids=numbers[:late])
    killed_between_the_writes(trail)
    assert len(links(trail)) == 15 - late
    assert scalar(trail, "SELECT seq FROM audit_chains") == 10
    assert verify(trail.id).sound, "what a killed relay left is no forgery"
    execute(trail, "UPDATE outbox SET topic = 'audit' WHERE topic = 'held back'")
    carry(trail)
    found = verify(trail.id)
    assert (found.sound, found.checked, found.last_seq) == (True, 15, 15)
    assert len({one["_id"] for one in links(trail)}) == 15
    assert mongo()["audit_strays"].count_documents({"tenant_id": str(trail.id)}) == 0


def test_a_relay_killed_again_and_again_leaves_each_entry_once(tenant: Factory) -> None:
    for _ in range(3):
        tell(tenant, 2)
        killed_between_the_writes(tenant)
    carry(tenant)
    found = verify(tenant.id)
    assert (found.sound, found.checked) == (True, 6)


def test_two_relays_at_once_chain_each_entry_once(tenant: Factory) -> None:
    tell(tenant, 1200)
    together, failures = Barrier(2), []

    def run() -> None:
        together.wait()
        try:
            while scalar(tenant, "SELECT count(*) FROM outbox WHERE sent_at IS NULL"):
                relay.relay(tenant.id)
        except Exception as failure:  # noqa: BLE001 - told to the test's own thread
            failures.append(failure)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = verify(tenant.id)
    assert (found.sound, found.checked, found.last_seq) == (True, 1200, 1200)


@pytest.mark.parametrize("hangs_before", ["append", "delete"])
def test_a_relay_that_hung_and_lost_its_turn_can_do_no_harm(
    trail: Factory, monkeypatch: pytest.MonkeyPatch, hangs_before: str
) -> None:
    tell(trail, 3)
    killed_between_the_writes(trail)
    really: Callable[..., None] = getattr(audit_documents, hangs_before)

    def hang(documents: Any) -> None:
        """PostgreSQL gives the turn to somebody else; then this one wakes up and goes on."""
        monkeypatch.setattr(audit_documents, hangs_before, really)
        execute(
            trail,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND pid <> pg_backend_pid()",
        )
        wait_for_the_turn(trail)
        carry(trail)
        assert verify(trail.id).checked == 13
        really(documents)

    monkeypatch.setattr(audit_documents, hangs_before, hang)
    with pytest.raises((BulkWriteError, OperationalError)):  # whichever of the two it meets first
        relay.relay(trail.id)
    found = verify(trail.id)
    assert (faults(found), found.checked) == ([], 13)
    tell(trail, 1)
    carry(trail)
    assert verify(trail.id).last_seq == 14


def test_entries_from_before_chaining_are_counted_and_named(tenant: Factory) -> None:
    logs().insert_many([
        {"_id": str(new_id()), "tenant_id": str(tenant.id), "timestamp": utc_now(), "action": "x"} for _ in range(3)
    ])  # fmt: skip
    tell(tenant, 2)
    carry(tenant)
    found = verify(tenant.id)
    assert (found.sound, found.checked, found.unchained) == (True, 2, 3)
    for asked in (None, VerificationRequest()):
        assert verify(tenant.id, asked).unchained == 3
    logs().insert_one({"_id": str(new_id()), "tenant_id": str(tenant.id), "timestamp": utc_now(), "action": "forged"})
    for asked in (None, VerificationRequest()):
        assert faults(verify(tenant.id, asked)) == [(Fault.INSERTED, None, None)]


def test_an_edited_entry_shows(trail: Factory) -> None:
    before = links(trail)[4]
    change(trail, 5, **{"after.sku": "another"})
    found = verify(trail.id)
    assert faults(found) == [(Fault.EDITED, 5, 5)]
    assert found.findings[0].since == before["timestamp"]


@pytest.mark.parametrize("field", ["timestamp", "user_id", "origin", "refused", "codes", "batch", "new", "hash"])
def test_no_field_can_be_edited_unseen(trail: Factory, field: str) -> None:
    change(trail, 5, **{field: utc_now() - timedelta(days=1) if field == "timestamp" else "forged"})
    assert faults(verify(trail.id)) == [(Fault.EDITED, 5, 5)]


def test_an_entry_edited_and_hashed_anew_shows(trail: Factory) -> None:
    document = links(trail)[4] | {"action": "parts:deleted"}
    change(trail, 5, action="parts:deleted", hash=link(document["previous_hash"], document))
    assert faults(verify(trail.id)) == [(Fault.REWRITTEN, 5, 5)]


def test_entries_removed_from_the_middle_show(trail: Factory) -> None:
    logs().delete_many({"tenant_id": str(trail.id), "seq": {"$in": [4, 5]}})
    assert faults(verify(trail.id)) == [(Fault.REMOVED, 4, 5)]


def test_a_cut_off_tail_shows(trail: Factory) -> None:
    logs().delete_many({"tenant_id": str(trail.id), "seq": {"$gt": 7}})
    assert faults(verify(trail.id)) == [(Fault.CUT_OFF, 8, 10)]
    logs().delete_many({"tenant_id": str(trail.id)})
    assert faults(verify(trail.id)) == [(Fault.CUT_OFF, 1, 10)]


def test_two_entries_that_changed_places_show(trail: Factory) -> None:
    for seq, other in ((3, 999), (7, 3), (999, 7)):
        move(trail, seq, other)
    assert faults(verify(trail.id)) == [(Fault.REORDERED, 3, 3), (Fault.REORDERED, 7, 7)]


@pytest.mark.parametrize("seq", [4.5, 11, 1e300, float("inf")])
def test_an_inserted_entry_shows(trail: Factory, seq: float) -> None:
    forged = {**links(trail)[4], "_id": "forged" + str(new_id()), "seq": seq}
    logs().insert_one(forged)
    ((fault, first, _),) = faults(verify(trail.id))
    assert (fault, first) == (Fault.INSERTED, None if seq == float("inf") else int(seq))


def test_a_place_in_the_chain_can_be_taken_only_once(trail: Factory) -> None:
    with pytest.raises(Exception, match="duplicate key"):
        logs().insert_one({**links(trail)[4], "_id": "forged"})


def test_what_was_put_beyond_the_head_is_set_aside_and_told(trail: Factory) -> None:
    forged = {**links(trail)[4], "_id": "forged" + str(new_id()), "seq": 11}
    logs().insert_one(forged)
    tell(trail, 1)
    carry(trail)
    found = verify(trail.id)
    assert (faults(found), found.last_seq) == ([], 12)
    assert [one["action"] for one in links(trail)[10:]] == ["parts:created", "audit:entries_set_aside"]
    assert links(trail)[-1]["after"] == {"entries": 1, "ids": [forged["_id"]]}
    assert mongo()["audit_strays"].find_one({"_id": forged["_id"]}) == forged


def test_a_trail_older_than_the_database_goes_on_after_a_restore(trail: Factory) -> None:
    """PostgreSQL came back from a backup: what it has forgotten is set aside, never lost."""
    fourth = links(trail)[3]
    execute(trail, "UPDATE audit_chains SET seq = 4, hash = :hash", hash=fourth["hash"])
    execute(trail, "DELETE FROM outbox WHERE id NOT IN (SELECT id FROM outbox ORDER BY id LIMIT 6)")
    execute(trail, "UPDATE outbox SET sent_at = NULL WHERE id NOT IN (SELECT id FROM outbox ORDER BY id LIMIT 4)")
    assert faults(verify(trail.id)) == [(Fault.INSERTED, seq, seq) for seq in (7, 8, 9, 10)]
    carry(trail)
    assert faults(verify(trail.id)) == []
    assert [one.get("after", {}).get("sku") for one in links(trail)][:6] == [f"P-{number}" for number in range(6)]
    assert mongo()["audit_strays"].count_documents({"tenant_id": str(trail.id)}) == 4


def test_the_latest_entries_alone_can_be_looked_at(trail: Factory) -> None:
    change(trail, 3, action="forged")
    found = verify(trail.id, VerificationRequest(latest=5))
    assert (found.sound, found.checked, found.first_seq, found.whole) == (True, 5, 6, False)
    whole = verify(trail.id, VerificationRequest(latest=10))
    assert (faults(whole), whole.whole) == ([(Fault.EDITED, 3, 3)], True)
    # Told after ten were carried, and so in another millisecond, which is as exactly as MongoDB knows a time.
    tell(trail, 2)
    carry(trail)
    since = verify(trail.id, VerificationRequest(since=links(trail)[10]["timestamp"]))
    assert (since.sound, since.last_seq) == (True, 12)
    assert since.first_seq > 3
    nothing = verify(trail.id, VerificationRequest(since=utc_now() + timedelta(days=1)))
    assert (nothing.sound, nothing.checked) == (True, 0)


def test_system_logs_go_after_ninety_days(tenant: Factory) -> None:
    assert tenant
    index = mongo()["system_logs"].index_information()["kept_for_90_days"]
    assert index["expireAfterSeconds"] == timedelta(days=90).total_seconds()


def test_the_walk_is_done_along_its_index(trail: Factory) -> None:
    wanted = {"tenant_id": str(trail.id), "seq": {"$gt": 3, "$lte": 9}}
    plan = logs().find(wanted).sort("seq").explain()["queryPlanner"]["winningPlan"]
    assert "'indexName': 'by_place'" in str(plan)
    assert "'stage': 'SORT'" not in str(plan)
    count = logs().find({"tenant_id": str(trail.id), "seq": None}).explain()["queryPlanner"]["winningPlan"]
    assert "'indexName': 'unchained'" in str(count)
