"""How often: one address at the doors, one key at everything. Counted in this process's memory."""

from functools import lru_cache
from math import ceil
from time import time
from typing import Annotated

from fastapi import Depends, Request
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from models.connections.settings import settings


class TooMany(Exception):  # noqa: N818 - errors name the refusal
    """More requests than one address or key may send."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"Too many requests {what}; try again in {seconds} s.")
        self.seconds = seconds

    def members(self) -> dict[str, int]:
        """Return how long to wait, in seconds."""
        return {"retry_after_seconds": self.seconds}


@lru_cache(maxsize=1)
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def forget_all() -> None:
    """Begin counting anew; for tests."""
    _limiter.cache_clear()


def _count(item: RateLimitItem, what: str, *names: str) -> None:
    if not _limiter().hit(item, *names):
        stats = _limiter().get_window_stats(item, *names)
        raise TooMany(what, max(1, ceil(stats.reset_time - time())))


async def credentials_limited(request: Request) -> None:
    """Let one address try only so many credentials a minute. Raises TooMany."""
    address = request.client.host if request.client else "unknown"
    _count(parse(settings().factoryos_credential_limit), "from your address", "credentials", address)


def count_key(key_id: str, per_minute: int) -> None:
    """Count one request of an API key. Raises TooMany."""
    _count(RateLimitItemPerMinute(per_minute), "with this key", "key", key_id)


CredentialsLimited = Annotated[None, Depends(credentials_limited)]
