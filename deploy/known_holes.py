"""Known holes in the dependencies, by pip-audit; says plainly how many could not be looked up. Exit 1: holes found."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_ASK = (
    "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json",
    "--requirement", "requirements.txt",
)  # fmt: skip
_SECONDS = 300


def told(found: Sequence[Mapping[str, Any]]) -> tuple[list[str], bool]:
    """Return what to say of pip-audit's list of dependencies, and whether one of them has a known hole."""
    holes = [
        f"dependencies: {one['name']} {one['version']} has {hole['id']}, mended in {_versions(hole)}"
        for one in found
        for hole in one.get("vulns", ())
    ]
    unknown = sum("skip_reason" in one for one in found)
    lines = [*holes, f"dependencies: {len(found) - unknown} looked up, {len(holes)} known holes"]
    if unknown or not found:
        lines.append(
            f"dependencies: {unknown or 'all'} NOT looked up, as the database of holes did not answer; it is in the "
            "internet, at pypi.org. Run this again where that can be reached."
        )
    return lines, bool(holes)


def _versions(hole: Mapping[str, Any]) -> str:
    return ", ".join(hole.get("fix_versions", ())) or "no version yet"


def _found() -> Sequence[Mapping[str, Any]]:
    """Return what pip-audit found; nothing where it came to no result."""
    try:
        run = subprocess.run(
            [sys.executable, "-m", *_ASK], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        return list(json.loads(run.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


if __name__ == "__main__":
    words, bad = told(_found())
    print("\n".join(words))
    sys.exit(bad)
