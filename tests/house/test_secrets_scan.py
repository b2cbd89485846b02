"""No secret stands in the tree: the scanner's findings are empty but for what is named here, with the reason."""

import subprocess
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

HOUSE = Path(__file__).parents[2]
# The scanner takes long random-looking words and anything called a password for secrets.
PLUGINS = [
    {"name": name}
    for name in (
        "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "DiscordBotTokenDetector",
        "GitHubTokenDetector",
        "GitLabTokenDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector",
        "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector", "StripeDetector",
        "TelegramBotTokenDetector", "TwilioKeyDetector", "KeywordDetector",
    )
]  # fmt: skip
# They open nothing: words in an example, and passwords of servers that live for one test run.
HARMLESS = {
    ("README.md", "Secret Keyword"),
    ("deploy/README.md", "Basic Auth Credentials"),
    ("models/connections/settings.py", "Basic Auth Credentials"),
    ("worker/adapters/smtp.py", "Basic Auth Credentials"),
}
# Where people read of passwords, the word is followed by other words.
PROSE = (".html", ".po")
FOR_TESTS_ONLY = {"Secret Keyword", "Basic Auth Credentials"}


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True)
    return [HOUSE / name for name in listed.stdout.split("\0") if name]


def test_no_secret_stands_in_the_tree() -> None:
    with transient_settings({"plugins_used": PLUGINS}):
        found = {
            (path.relative_to(HOUSE).as_posix(), secret.type, secret.line_number)
            for path in _tracked()
            if path.is_file()
            for secret in scan_file(str(path))
        }
    wrong = [
        f"{name}:{line} {kind}"
        for name, kind, line in sorted(found)
        if (name, kind) not in HARMLESS
        and not (name.startswith("tests/") and kind in FOR_TESTS_ONLY)
        and not (name.endswith(PROSE) and kind == "Secret Keyword")
    ]
    assert wrong == []
