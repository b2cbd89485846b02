from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class ProblemKind:
    """One kind of problem: `slug` is its permanent address under /problems/."""

    slug: str
    status: HTTPStatus
    title: str
    meaning: str
    remedy: str
    errors: tuple[type[Exception], ...] = ()
