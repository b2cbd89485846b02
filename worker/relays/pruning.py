"""Forgets what opened or barred the door long ago: ended sessions, failed log-ins, used codes."""

from models.connections.postgres import begin, read
from models.records import tenants
from models.records.access import log_in, own_password, sessions
from models.records.outbox import NO_TENANT


def prune_all() -> None:
    """Forget, for every tenant, what has served its time."""
    with read(NO_TENANT) as session:
        tenant_ids = tenants.all_ids(session)
    for tenant_id in tenant_ids:
        with begin(tenant_id) as session:
            sessions.prune(session)
            log_in.prune(session)
            own_password.prune(session)
