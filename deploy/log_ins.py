"""The demo factory's log-ins, as the seed returns them and the first screen prints them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LogIn:
    """One person who may log in; `role` is a word for the terminal."""

    user: str
    password: str
    role: str
