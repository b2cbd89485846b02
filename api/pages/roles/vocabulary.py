"""The permissions as pages show them: by the part of the house each speaks of, in the order of the vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.frame.looks import module_words
from models.messages.roles import PermissionView


@dataclass(frozen=True, slots=True)
class Module:
    """The permissions of one part of the house."""

    title: str
    permissions: tuple[PermissionView, ...]


def by_module(permissions: Iterable[PermissionView]) -> tuple[Module, ...]:
    """Return permissions by module; a module stands where its first permission does."""
    found: dict[str, list[PermissionView]] = {}
    for permission in permissions:
        found.setdefault(module_words(permission.name), []).append(permission)
    return tuple(Module(title, tuple(those)) for title, those in found.items())
