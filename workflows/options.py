"""The named bundles of timeouts and retries; nothing else in the workflows names a number of seconds."""

from datetime import timedelta

from temporalio.common import RetryPolicy

# A short write: tried once at once beside the workflow task, where it costs half the events. When the database is away
# it goes on as a regular activity, which holds nothing up and never gives up.
QUICK_TIMEOUT = timedelta(seconds=2)
QUICK_RETRY = RetryPolicy(maximum_attempts=1)
WRITE_TIMEOUT = timedelta(seconds=10)
WRITE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=5)
)

# Scaling may run for minutes; a lost worker is noticed by its silence.
SCALE_TIMEOUT = timedelta(hours=1)
SCALE_HEARTBEAT = timedelta(seconds=30)

# A run is renewed at this many events or this age, so that a cold replay stays short and old builds drain.
EVENTS_PER_RUN = 1_000
RUN_AGE = timedelta(days=7)
REMEMBERED_OUTCOMES = 200
COMMANDS_AT_ONCE = 50
CHILDREN_PER_RUN = 500
