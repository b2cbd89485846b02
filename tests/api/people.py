"""Somebody of a factory who is in none of the fixtures, seen through the API."""

from typing import Any
from uuid import UUID

from models.messages.access import Actor
from models.rules.access import held
from tests.api.conftest import Api
from tests.factories import log_in


class Somebody(Api):
    """A person added over the API, logged in."""

    def __init__(self, api: Api, username: str, role: str = "technician", **more: Any) -> None:
        super().__init__(api.client, api.factory, api.role)
        added = api.made("/users", {"username": username, "display_name": username.title(), "role": role, **more})
        self.id = str(added["id"])
        self.version = int(added["row_version"])
        self.actor = Actor(
            tenant_id=api.factory.id, user_id=UUID(self.id), username=username, display_name=username, role=role,
            permissions=held(role, None),
        )  # fmt: skip
        self.token = log_in(self.actor)

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        return super().call(method, path, json, **{"Authorization": f"Bearer {self.token}", **headers})


def change(person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body that changes a person as read."""
    kept = ("display_name", "role", "email", "language", "time_zone", "hourly_rate", "active")
    return {**{name: person[name] for name in kept}, **changes}
