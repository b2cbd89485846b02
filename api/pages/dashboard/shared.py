"""Figures that many screens show at once: computed by the first who asks, shared by all who ask within the second."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Value = TypeVar("Value")
_MOST_KEYS = 500


class Shared(Generic[Value]):
    """Values by key, each at most `seconds` old. Whoever comes while one is computed waits for it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._locks: dict[Hashable, Lock] = {}
        self._values: dict[Hashable, tuple[float, Value]] = {}

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of a key, computed anew where it is missing or too old."""
        with self._lock:
            if len(self._locks) > _MOST_KEYS:
                self._locks.clear()
                self._values.clear()
            lock = self._locks.setdefault(key, Lock())
        with lock:
            at, value = self._values.get(key, (float("-inf"), None))
            if value is None or monotonic() - at > self._seconds:
                value = compute()
                self._values[key] = (monotonic(), value)
            return value
