"""The state of a list in its address: links that change one thing and keep the rest."""

from urllib.parse import urlencode

from fastapi import Request


class Query:
    """The query of the present address; values asked for more than once stay so."""

    def __init__(self, request: Request) -> None:
        self._pairs = [(name, value) for name, value in request.query_params.multi_items() if value]

    def get(self, name: str) -> str | None:
        """Return a value, the first where there are several."""
        return next((value for one, value in self._pairs if one == name), None)

    def all(self, name: str) -> list[str]:
        """Return every value of a name."""
        return [value for one, value in self._pairs if one == name]

    @property
    def kept(self) -> str:
        """The filters and the order, without the place in the list: what is saved, exported and come back to."""
        return self.without("cursor", "limit", "in")

    def with_(self, **changes: str | None) -> str:
        """Return the query with some values replaced; None takes one away."""
        kept = [(name, value) for name, value in self._pairs if name not in changes]
        return urlencode(kept + [(name, value) for name, value in changes.items() if value is not None])

    def without(self, *names: str) -> str:
        """Return the query without some names."""
        return urlencode([(name, value) for name, value in self._pairs if name not in names])
