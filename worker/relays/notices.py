"""Looks at what stands badly in each factory and tells those who can do something about it."""

from datetime import datetime

from models.connections.postgres import begin, read
from models.records import notifications, tenants
from models.records.outbox import NO_TENANT


def tell_all(now: datetime) -> int:
    """Tell every factory's people of late work, short stock and failed mail; returns how many were told."""
    with read(NO_TENANT) as session:
        tenant_ids = tenants.all_ids(session)
    told = 0
    for tenant_id in tenant_ids:
        with begin(tenant_id) as session:
            told += notifications.tell_states(session, now)
    return told
