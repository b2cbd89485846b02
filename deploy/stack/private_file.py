"""JSON files that only their owner reads."""

import json
import os
from pathlib import Path
from typing import Any


def write_private(path: Path, content: Any) -> None:  # noqa: ANN401 - JSON is any value
    """Write JSON with mode 0600, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        json.dump(content, handle, indent=2)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
