"""What was refused is told to the audit trail by the very statement that writes the command's fate."""

from models.messages.audit import AuditEntry
from models.messages.commands import Command, Outcome
from models.rules.audit import refused_tag
from models.tables.base import utc_now

# `decided` is the command's row as the statement wrote it: none where its fate was known before.
TOLD = """
    INSERT INTO outbox (tenant_id, key, topic, data, created_at)
    SELECT d.tenant_id, 'audit:refused:' || d.id, 'audit', CAST(:audit AS jsonb) || jsonb_build_object(
               'origin', d.origin,
               'subject_id', coalesce(d.work_order_id, d.job_id),
               'after', CAST(:audit AS jsonb) -> 'after' || jsonb_build_object(
                   'code', (SELECT w.code FROM work_orders w WHERE w.id = d.work_order_id),
                   'job', (SELECT j.code FROM jobs j WHERE j.id = d.job_id))), now()
      FROM decided d
    ON CONFLICT DO NOTHING
"""


def told(command: Command, outcome: Outcome) -> str:
    """Return the audit entry of a refused command as JSON, but for what `TOLD` adds to it."""
    kind = refused_tag(whole_job=command.work_order_id is None)
    refusal = outcome.refusal
    after = {
        "action": command.request.action.value,
        "refusal": refusal.kind.value if refusal else None,
        "detail": refusal.detail if refusal else None,
        "shortages": [one.model_dump(mode="json") for one in outcome.shortages],
        "request": command.request.model_dump(mode="json", exclude={"action"}, exclude_none=True),
    }
    return AuditEntry(
        id=command.id, action=kind, module=kind.split(":", 1)[0], user_id=command.actor_id, timestamp=utc_now(),
        subject_id=command.work_order_id or command.id, command_id=command.id, after=after, refused=True,
    ).model_dump_json()  # fmt: skip
