"""What a browser keeps in cookies no script can read: its session, and the station it is; and who sent a request."""

from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request, Response

from models.records.access.sessions import Opened

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SECURE_NAME, _PLAIN_NAME = "__Host-factoryos", "factoryos"


_STATION_SECURE_NAME, _STATION_PLAIN_NAME = "__Host-factoryos-station", "factoryos-station"
_STATION_SECONDS = 400 * 24 * 3600  # as long as browsers keep a cookie


class CrossSite(Exception):  # noqa: N818 - errors name the refusal
    """A request with our cookie that did not come from one of our own pages."""

    def __init__(self) -> None:
        super().__init__("This request did not come from a page of FactoryOS; open FactoryOS itself and try again.")


def _name(request: Request) -> str:
    # Browsers keep a cookie of this name only over TLS, from this very host, for the whole site.
    return _SECURE_NAME if request.url.scheme == "https" else _PLAIN_NAME


def set_cookie(request: Request, response: Response, opened: Opened) -> None:
    """Give the browser its session."""
    response.set_cookie(
        _name(request), f"{opened.id.hex}.{opened.secret}", expires=opened.expires_at, path="/", httponly=True,
        secure=request.url.scheme == "https", samesite="lax",
    )  # fmt: skip


def clear_cookie(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        _name(request), path="/", httponly=True, secure=request.url.scheme == "https", samesite="lax"
    )


def _station_name(request: Request) -> str:
    return _STATION_SECURE_NAME if request.url.scheme == "https" else _STATION_PLAIN_NAME


def bind_station(request: Request, response: Response, token: str) -> None:
    """Make this browser a station, by a cookie that no script can read."""
    response.set_cookie(
        _station_name(request), token, max_age=_STATION_SECONDS, path="/", httponly=True,
        secure=request.url.scheme == "https", samesite="lax",
    )  # fmt: skip


def release_station(request: Request, response: Response) -> None:
    """Make this browser one like any other again."""
    response.delete_cookie(
        _station_name(request), path="/", httponly=True, secure=request.url.scheme == "https", samesite="lax"
    )


def station_token(request: Request) -> str:
    """Return the token of the station this browser is bound to; empty where it is none."""
    return request.cookies.get(_station_name(request), "")


def credential(request: Request) -> tuple[UUID, str] | None:
    """Return the session and secret of a request's cookie; None without a sensible one.

    Raises CrossSite for a changing request that one of our own pages did not send.
    """
    value = request.cookies.get(_name(request), "")
    identity, _, secret = value.partition(".")
    try:
        found = UUID(hex=identity), secret
    except ValueError:
        return None
    if request.method not in _SAFE:
        check_sender(request)
    return found


def check_sender(request: Request) -> None:
    """Let pass only what one of our own pages sent, such as a log-in that gives a cookie. Raises CrossSite."""
    if not _sent_by_us(request):
        raise CrossSite


def _sent_by_us(request: Request) -> bool:
    """Tell whether the browser vouches for the sender: Sec-Fetch-Site where it knows it, else the Origin it names."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("origin")
    return source is not None and urlsplit(source).netloc == request.headers.get("host", "")
