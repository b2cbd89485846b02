"""Letters in words: each message of models/messages/mail.py as a subject, a plain text and a page of HTML."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from models.messages.mail import Letter
from models.rules.branding import accent_for

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be sent."""

    subject: str
    text: str
    html: str


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a letter wears: the factory's name over it, its colour in links, the address of its logo."""

    name: str = ""
    accent: str = accent_for("#0b5cad", "light").accent
    logo: str = ""


def write(letter: Letter, look: Look | None = None) -> Written:
    """Put a letter into words. Raises jinja2.UndefinedError for a word the message does not have."""
    words = asdict(look or Look()) | letter.model_dump(exclude={"template"})
    plain = _environment().get_template(f"{letter.template}.txt").render(words)
    subject, _, text = plain.partition("\n")  # the first line of the plain text is the subject
    html = _environment().get_template(f"{letter.template}.html").render(words, subject=subject)
    return Written(" ".join(subject.split()), text.lstrip("\n"), html)
