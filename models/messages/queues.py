"""Names that deployments agree on."""

UPDATE_SUBMIT = "submit"
SIGNAL_SUBMIT = "submit_queued"
JOB_WORKFLOW = "Job"
ORDER_WORKFLOW = "Order"
