"""Become a command that cannot outlive its parent: `python leash.py PARENT SIGNAL UID GID COMMAND...`.

Runs as a program of its own, before the command, with the standard library only: the interpreter's `preexec_fn` is
not safe beside threads, and the signal of the parent's death must be asked for *after* the change of user, which
clears it. The process id stays the same throughout.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Step down to the user (`-` keeps it), ask for the signal, and become the command."""
    parent, signal_number, uid, gid, *command = sys.argv[1:]
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_number))
    if os.getppid() != int(parent):  # it died before the signal was asked for
        sys.exit("the supervisor is gone")
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
