class StateSkew(Exception):  # noqa: N818 - the name stands in histories as an error type
    """A workflow and the database disagree about a job; the database is right and the workflow must be rebuilt."""
