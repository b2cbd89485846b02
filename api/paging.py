"""The Link header of a list, for clients that follow links instead of reading cursors."""

from typing import TypeVar

from fastapi import Request, Response

from models.messages.paging import Page

Item = TypeVar("Item")


def linked(request: Request, response: Response, page: Page[Item]) -> Page[Item]:
    """Return the page, its next one named in the Link header."""
    if page.next_cursor is not None:
        following = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return page
