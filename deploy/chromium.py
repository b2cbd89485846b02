"""Where the machine's Chromium is."""

import os
import shutil

from deploy.stack.errors import StackError

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def program() -> str:
    """Return the browser's program. Raises StackError where there is none."""
    found = os.environ.get("FACTORYOS_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise StackError("There is no Chromium here: `apt install chromium`, or name one in FACTORYOS_CHROMIUM.")
    return found
