"""What roles are called: built-in ones in the page's language, the factory's own as the factory named them."""

from sqlmodel import Session

from api.pages.frame.looks import role_words
from api.pages.frame.screen import Screen
from models.records.access import roles


def role_names(screen: Screen, session: Session) -> dict[str, str]:
    """Return every role there is and what it is called, built-in ones first."""
    return {
        role.name: _upper_first(screen.translated(role_words(role.name))) if role.built_in else role.title
        for role in roles.roles(session).items
    }


def _upper_first(words: str) -> str:
    return words[:1].upper() + words[1:]
