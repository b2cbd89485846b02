"""How every route reads JSON: numbers as exact decimals, and nothing that is not standard JSON."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.routing import APIRoute

_LONGEST_NUMBER = 60


class Unreadable(HTTPException):
    """A body that is not JSON as the standard has it."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, detail)


def _integer(digits: str) -> int:
    # Python refuses more than 4,300 digits by itself; nothing here counts that far.
    if len(digits) > _LONGEST_NUMBER:
        raise Unreadable("The body holds a number beyond reason.")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        raise Unreadable("The body holds a number beyond reason.")
    number = Decimal(digits)
    if number and abs(number.adjusted()) > _LONGEST_NUMBER:
        raise Unreadable("The body holds a number beyond reason.")
    return number


def _no_constant(name: str) -> None:
    raise Unreadable(f"The body holds {name}, which is not JSON.")


class ExactRequest(Request):
    """A request whose JSON never passes through a float."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is any value
        """Return the body. Raises Unreadable for what is not standard JSON in UTF-8, or nested beyond reason."""
        raw = await self.body()
        try:
            return json.loads(
                raw.decode("utf-8"), parse_float=_decimal, parse_int=_integer, parse_constant=_no_constant
            )
        except UnicodeDecodeError as error:
            raise Unreadable("The body is not UTF-8.") from error
        except RecursionError as error:
            raise Unreadable("The body is nested beyond reason.") from error
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise Unreadable(f"The body is not valid JSON at {where}: {error.msg}.") from error


class ExactRoute(APIRoute):
    """A route that reads its JSON exactly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, given exact requests."""
        handle = super().get_route_handler()

        async def exact(request: Request) -> Response:
            return await handle(ExactRequest(request.scope, request.receive))

        return exact


def feature(name: str, prefix: str = "") -> APIRouter:
    """Return the router of one feature under /api/v1; `name` is its tag."""
    return APIRouter(prefix=f"/api/v1{prefix}", tags=[name], route_class=ExactRoute)
