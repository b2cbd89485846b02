"""Which part each row names: the file's own number where it has one, else a code made from the name."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from models.rules.skus import LENGTH, code_of, same, with_mark

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+:-]*")


@dataclass(frozen=True, slots=True)
class Identity:
    """How a row names its part: the number column's cell and the name column's cell, either may be empty."""

    number: str
    name: str

    @property
    def is_code(self) -> bool:
        """Tell whether the number can be the SKU as it stands."""
        return len(self.number) <= LENGTH and _CODE.fullmatch(self.number) is not None

    @property
    def source(self) -> str:
        """Return what the SKU is made from."""
        return self.number or self.name

    @property
    def code(self) -> str:
        """Return the SKU, not yet kept apart from those of other parts in the file."""
        return self.number if self.is_code else code_of(self.source)

    @property
    def key(self) -> tuple[bool, str]:
        """Return what makes two rows the same part; a number sorts before what only resembles it."""
        return (False, self.number) if self.is_code else (True, same(self.source))


def skus(identities: Sequence[Identity]) -> list[str]:
    """Return one SKU per row: equal for the same part, different for others, whatever the order of the rows."""
    rivals: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for identity in identities:
        rivals[identity.code].add(identity.key)
    return [one.code if one.key == min(rivals[one.code]) else with_mark(one.code, one.source) for one in identities]
