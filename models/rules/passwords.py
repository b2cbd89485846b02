"""Which passwords are too easily guessed to be taken."""

SHORTEST = 12
# The ones that attackers try first and that are long enough to pass otherwise, written without capitals.
_COMMON = frozenset({
    "000000000000", "111111111111", "1234567890123", "123456789012", "12345678901234", "123456789123", "1q2w3e4r5t6y",
    "abcdefghijkl", "administrator", "administrator1", "changeme1234", "changemenow1", "correcthorsebatterystaple",
    "factoryos123", "factoryos1234", "iloveyou1234", "letmein12345", "manufacturing", "password1234", "password12345",
    "passwordpassword", "qwerty123456", "qwertyuiop12", "qwertyuiopas", "qwertyuiop[]", "qwertyuiopasdf",
    "technician123", "welcome12345", "welcome123456", "zaq12wsxcde3",
})  # fmt: skip
_FEWEST_DIFFERENT = 4
_TOO_SHORT = f"A password needs at least {SHORTEST} characters; a few words that do not belong together are good."
_THE_NAME = "The password must not be the user name."
_COMMON_ONE = "This password is among the first that anybody would try; take another one."
SENTENCES = (_TOO_SHORT, _THE_NAME, _COMMON_ONE)


def weakness(password: str, username: str) -> str | None:
    """Return in one sentence why a password is refused, or None for one that may be taken."""
    if len(password) < SHORTEST:
        return _TOO_SHORT
    plain = password.casefold()
    if plain == username.casefold():
        return _THE_NAME
    if plain in _COMMON or len(set(plain)) < _FEWEST_DIFFERENT:
        return _COMMON_ONE
    return None
