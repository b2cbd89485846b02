"""The files of a job at their steps: those of the instructions, those attached at work, those recorded as data."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.files import JobFile, JobFiles
from models.records.jobs.views import job

_FILES = text("""
    WITH steps AS (SELECT id, step_index, step_key, name, code FROM work_orders WHERE job_id = :job), law AS (
        SELECT t.id FROM jobs j JOIN manufacturing_orders m ON m.id = j.manufacturing_order_id
          JOIN templates t ON t.plan_hash = j.plan_hash AND t.product_id = m.product_id
         WHERE j.id = :job ORDER BY t.version_number DESC LIMIT 1),
    shown AS (
        SELECT a.file_id, s.id AS work_order_id, a.caption, a.attached_by AS person_id, a.attached_at AS at,
               'attached' AS origin FROM attachments a JOIN steps s ON s.id = a.work_order_id
        UNION ALL
        SELECT a.file_id, first.id, a.caption, a.attached_by, a.attached_at, 'instructions'
          FROM attachments a JOIN law ON law.id = a.template_id AND a.away_by IS NULL
          JOIN (SELECT DISTINCT ON (step_index) * FROM steps ORDER BY step_index, id) first USING (step_key)
        UNION ALL
        SELECT f.id, s.id, d.key, d.recorded_by, d.recorded_at, 'recorded'
          FROM steps s JOIN collected_data d ON d.work_order_id = s.id
          JOIN files f ON CAST(f.id AS text) = d.value #>> '{}')
    SELECT x.file_id, f.name, f.media_type, f.size, x.caption, x.origin, x.at, u.display_name AS person,
           x.work_order_id, s.code AS work_order_code, s.step_key, s.name AS step
      FROM shown x JOIN steps s ON s.id = x.work_order_id JOIN files f ON f.id = x.file_id
      JOIN users u ON u.id = x.person_id
     ORDER BY s.step_index, x.origin <> 'instructions', x.at, x.file_id LIMIT 500
""")


def files_of_job(session: Session, job_id: UUID) -> JobFiles:
    """Return the files of a job, by step. Raises Missing."""
    job(session, job_id)
    rows = session.execute(_FILES, {"job": job_id}).mappings()
    return JobFiles(items=tuple(JobFile.model_validate(dict(row)) for row in rows))
