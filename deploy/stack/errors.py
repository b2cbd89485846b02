"""What can go wrong with the local stack, worded for the person at the terminal."""


class StackError(RuntimeError):
    """The stack cannot start, or cannot go on; the text says what to do."""


class AlreadyRunning(StackError):  # noqa: N818 - errors name the refusal
    """A second `factoryos run` on the same state folder."""


class PortTaken(StackError):  # noqa: N818 - errors name the refusal
    """Some other program listens where a server of ours should."""


class NotReady(StackError):  # noqa: N818 - errors name the refusal
    """A server does not answer in its own protocol (yet)."""


class GaveUp(StackError):  # noqa: N818 - errors name the refusal
    """A process died so often that starting it again helps nobody."""
