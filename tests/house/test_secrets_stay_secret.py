"""No secret this process was given is ever shown: not by its settings, not by their errors, not in its logs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.connections.logs import hide_secrets
from models.connections.settings import Settings

HOUSE = Path(__file__).parents[2]
SECRETS = {
    "DATABASE_URL": "postgresql://app:hunter-database@127.0.0.1:1/factoryos",
    "DATABASE_OWNER_URL": "postgresql://owner:hunter-owner@127.0.0.1:1/factoryos",
    "MONGO_URL": "mongodb://root:hunter-mongo@127.0.0.1:1/?serverSelectionTimeoutMS=50",
    "FACTORYOS_SECRET_KEY": "hunter-signing-key-of-thirty-two-letters",
    "FACTORYOS_PAYLOAD_KEY": "k1:aHVudGVyLXBheWxvYWQtaHVudGVyLXBheWxvYWQtMTI=",
    "SMTP_URL": "smtp://mailer:hunter-mail@127.0.0.1:1",
}
TOKEN_HEAD = "eyJhbGciOiJIUzI1NiJ9"  # apart from its body, for no token is to stand in the tree
WORDS = ("hunter", "aHVudGVy")
MEETS_TROUBLE = """
import asyncio, logging
import structlog
from sqlalchemy import text
from models.connections.logs import configure_logging
from models.connections.mongo import mongo
from models.connections.postgres import begin
from models.connections.settings import settings
from models.connections.temporal import connect, data_converter
configure_logging("troubled")
logs = (logging.getLogger("plain"), structlog.get_logger("ours"))
loaded = settings()
for log in logs:
    log.info("started with %s", loaded)
logs[0].info("started", extra={"settings": repr(loaded)})
logs[1].info("started", settings=loaded)
for trouble in (lambda: begin(None).__enter__(), lambda: mongo().command("ping"), lambda: asyncio.run(connect()),
                lambda: data_converter().payload_codec.missing):
    for log in logs:
        try:
            trouble()
        except Exception as fault:
            log.exception("it failed: %s", fault)
        else:
            log.error("it did not fail")
for url in (loaded.database_url, loaded.mongo_url, loaded.database_owner_url, loaded.smtp_url):
    logs[0].warning("could not reach %s", url)
    logs[1].warning("away", server=url)
"""


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    loaded = Settings()  # type: ignore[call-arg]  # from the environment
    shown = f"{loaded} {loaded!r} {loaded.smtp_url} {loaded.factoryos_secret_key!r} {loaded.factoryos_payload_key}"
    assert "factoryos_port" in shown
    assert not [word for word in WORDS if word in shown]


def test_what_is_wrong_with_a_setting_is_told_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name, wrong in (("FACTORYOS_SECRET_KEY", "hunter-short"), ("FACTORYOS_PORT", "hunter-port")):
        monkeypatch.setenv(name, wrong)
    with pytest.raises(ValidationError) as refused:
        Settings()  # type: ignore[call-arg]  # from the environment
    assert "factoryos_secret_key" in str(refused.value)
    assert "hunter" not in str(refused.value)


def test_a_process_in_trouble_logs_no_secret() -> None:
    environment = {**os.environ, **SECRETS, "FACTORYOS_LOG_DIR": "", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    environment.pop("FACTORYOS_LOG_DIR")
    command = [sys.executable, "-c", MEETS_TROUBLE]
    done = subprocess.run(command, env=environment, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) >= 16
    assert "it did not fail" not in done.stdout
    for word in WORDS:
        assert word not in done.stdout
        assert word not in done.stderr


def test_secrets_are_read_from_a_folder_of_files(tmp_path: Path) -> None:
    for name, value in SECRETS.items():
        (tmp_path / name.lower()).write_text(value, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    code = "from models.connections.settings import settings as s; print(s().factoryos_secret_key.get_secret_value())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment | {"FACTORYOS_SECRETS_DIR": str(tmp_path)}, cwd=HOUSE,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == SECRETS["FACTORYOS_SECRET_KEY"]


@pytest.mark.parametrize(
    "secret",
    [
        "fos_0190f5fe00007000800000000000abcd_hunter2-hunter2_hunter2",
        "whsec_hunter2hunter2hunter2+/=",
        f"{TOKEN_HEAD}.eyJzdWIiOiJodW50ZXIyIn0.hunter2-hunter2_hunter2",
    ],
)
def test_keys_of_our_own_making_are_hidden_wherever_they_stand(secret: str) -> None:
    for event in (
        {"event": f"called with {secret}, alas"},
        {"event": "x", "deep": [{"url": f"https://a/?k={secret}"}]},
    ):
        shown = json.dumps(hide_secrets(None, "", event))
        assert "hunter2" not in shown
        assert "[hidden]" in shown
    assert hide_secrets(None, "", {"payload_key": "x", "event": "e"})["payload_key"] == "[hidden]"
    assert hide_secrets(None, "", {"key": "SKU-1", "event": "whsec and fos_ are words"}) == {
        "key": "SKU-1", "event": "whsec and fos_ are words",
    }  # fmt: skip
