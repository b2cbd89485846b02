"""The router of one feature's pages."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse


def pages(feature: str) -> APIRouter:
    """Return the router of one feature's pages; they are no part of the API's description."""
    return APIRouter(include_in_schema=False, default_response_class=HTMLResponse, tags=[feature])
