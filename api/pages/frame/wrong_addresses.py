"""An address that asks a page for what it does not know: the page is shown without that, and says so."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from api.pages.frame.faults import reason
from api.pages.frame.screen import Screen
from api.pages.frame.words import marked

_LEFT_OUT = marked("“%(name)s” in the address was left out: %(why)s")
_NONE_KNOWN = marked("What the address asked for was left out, for it does not fit together.")
_BEGINS_ANEW = marked("The list begins anew: the place in it that the address named is no longer valid.")
_LONGEST_NAME = 40


def without_wrong_filters(request: Request, faults: Sequence[Mapping[str, Any]]) -> Response | None:
    """Lead to the same page without what is wrong in its query; None where that is not all that is wrong."""
    if any(one["loc"][0] != "query" for one in faults):
        return None
    screen = _screen(request)
    wrong = {str(one["loc"][1]): reason(screen, one) for one in faults if len(one["loc"]) > 1}
    told = " ".join(screen.words(_LEFT_OUT, name=name[:_LONGEST_NAME], why=why) for name, why in wrong.items())
    return _without(screen, set(wrong) or set(request.query_params), told or screen.words(_NONE_KNOWN))


def without_cursor(request: Request) -> Response | None:
    """Lead to the beginning of the same list; None where its address names no place in it."""
    screen = _screen(request)
    return _without(screen, {"cursor"}, screen.words(_BEGINS_ANEW))


def _without(screen: Screen, names: set[str], told: str) -> Response | None:
    """Lead to the page without some names of its query; None where that changes nothing, or a part asked."""
    given = screen.request.query_params.multi_items()
    kept = [(name, value) for name, value in given if name not in names]
    if screen.request.method != "GET" or screen.is_part or kept == given:
        return None
    return screen.go(screen.request.url.path + (f"?{urlencode(kept)}" if kept else ""), said=told, kind="warn")


def _screen(request: Request) -> Screen:
    return getattr(request.state, "screen", None) or Screen(request, None, None)
