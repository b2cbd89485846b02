"""Roles, built in and of the factory's own, and the grid of who may do what."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from models.messages.base import Id, Message, Name
from models.rules.access import Permission


def _each_once(permissions: tuple[Permission, ...]) -> tuple[Permission, ...]:
    return tuple(sorted(set(permissions)))


class RoleDraft(Message):
    """A role of the factory's own, made from the permissions there are."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")] = Field(
        description="What a person's `role` says; for ever", examples=["shift_lead"]
    )
    title: Name = Field(examples=["Shift lead"])
    permissions: Annotated[tuple[Permission, ...], AfterValidator(_each_once)] = Field(
        max_length=200, examples=[["work_orders:read", "work_orders:work"]]
    )


class RoleView(Message):
    """A role and what it allows; one that is built in has neither id nor version and cannot be changed."""

    id: Id | None
    name: str
    title: str
    built_in: bool
    permissions: tuple[Permission, ...]
    row_version: int | None


class Roles(Message):
    """Every role a person of this factory may have: the built-in ones, then its own by name."""

    items: tuple[RoleView, ...]


class PermissionView(Message):
    """A permission: what it means, whether administrators alone may hold it, which one includes it, and who has it."""

    name: Permission
    meaning: str
    only_administrators: bool
    included_in: Permission | None
    roles: tuple[str, ...]


class AccessMatrix(Message):
    """Who may do what: `roles` are the columns, built-in ones first; each permission names the roles that have it."""

    roles: tuple[str, ...]
    permissions: tuple[PermissionView, ...]
