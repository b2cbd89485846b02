"""Names that deployments agree on."""

UPDATE_SUBMIT = "submit"
SIGNAL_SUBMIT = "submit_queued"
SIGNAL_DATE = "date_moved"
QUERY_FACT_NUMBER = "fact_number"
