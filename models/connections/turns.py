"""How a process answers many short requests side by side."""

import gc
import sys

# While one thread draws a page, another that only waits for a short answer must not wait for long to go on.
_TURN_SECONDS = 0.001


def take_short_turns() -> None:
    """Let threads take short turns, and never again look for garbage in what was loaded; call it before the work."""
    sys.setswitchinterval(_TURN_SECONDS)
    gc.collect()
    gc.freeze()
