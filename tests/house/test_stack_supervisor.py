import os
from pathlib import Path
from signal import SIGKILL

import pytest

from deploy.stack.errors import AlreadyRunning
from deploy.stack.process_ids import wait_until_gone
from deploy.stack.state import State
from tests.house.supervised import LIVES, supervised


def test_stopping_leaves_no_process_and_no_note(tmp_path: Path):
    with supervised(tmp_path, {"name": "one", "code": LIVES}, {"name": "two", "code": LIVES}) as stack:
        stack.hear("all answer")
        pids = stack.pids
        assert all(process.alive for process in pids.values())
        assert stack.end() == 0
    assert not any(process.alive for process in pids.values())
    assert not (tmp_path / "run.json").exists()


def test_a_killed_child_is_named_with_its_logs_tail_and_comes_back(tmp_path: Path):
    with supervised(tmp_path, {"name": "ledger", "code": LIVES}) as stack:
        stack.hear("all answer")
        killed = stack.pids["ledger"]
        _await_log(tmp_path / "logs" / "ledger.log", "standing by")
        os.kill(killed.pid, SIGKILL)
        told = stack.hear("ledger is back")
        assert "ledger was killed by SIGKILL" in told
        assert "| standing by" in told
        assert str(tmp_path / "logs" / "ledger.log") in told
        assert stack.pids["ledger"] != killed
        assert stack.run.processes[0].deaths == 1
        assert stack.end() == 0


def test_a_child_that_keeps_dying_ends_the_stack_with_exit_code_1(tmp_path: Path):
    # Whoever dies before the first look at it ends the start, as the next test has it.
    bad_news = tmp_path / "bad news"
    dies = f"""
import pathlib, time
while not pathlib.Path({str(bad_news)!r}).exists(): time.sleep(0.01)
print('the disk is gone'); raise SystemExit(7)
"""
    with supervised(tmp_path, {"name": "steady", "code": LIVES}, {"name": "sick", "code": dies}) as stack:
        stack.hear("all answer")
        bad_news.touch()
        told = stack.hear("times within a minute; stopping everything")
        assert "sick ended with exit code 7" in told
        assert "| the disk is gone" in told
        assert stack.process.wait(120) == 1


def test_a_child_that_dies_while_starting_is_named_and_the_others_are_stopped(tmp_path: Path):
    deaf = {
        "name": "deaf",
        "code": "raise SystemExit('no such key')",
        "probe": {"protocol": "http", "target": "http://127.0.0.1:9"},
    }
    with supervised(tmp_path, {"name": "steady", "code": LIVES}, deaf) as stack:
        told = stack.hear("| no such key")
        assert "deaf ended with exit code 1 while starting" in told
        assert stack.process.wait(120) == 1
    assert not (tmp_path / "run.json").exists()


def test_a_child_that_ignores_the_stop_signal_is_killed_after_its_grace(tmp_path: Path):
    stubborn = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('never')\nwhile True: signal.pause()"
    )
    with supervised(tmp_path, {"name": "stubborn", "code": stubborn}) as stack:
        stack.hear("all answer")
        pids = stack.pids
        _await_log(tmp_path / "logs" / "stubborn.log", "never")
        assert stack.end() == 0
        assert "stubborn did not stop in time and was killed" in stack.said
    assert not pids["stubborn"].alive


def test_killing_the_supervisor_leaves_no_orphans_and_the_folder_free(tmp_path: Path):
    with supervised(tmp_path, {"name": "one", "code": LIVES}, {"name": "two", "code": LIVES}) as stack:
        stack.hear("all answer")
        pids = stack.pids
        stack.process.kill()
        assert wait_until_gone(pids.values(), seconds=60) == []
    with supervised(tmp_path, {"name": "one", "code": LIVES}) as stack:
        stack.hear("all answer")
        assert stack.end() == 0


def test_a_second_stack_on_the_same_folder_is_refused(tmp_path: Path):
    with supervised(tmp_path, {"name": "one", "code": LIVES}) as stack:
        stack.hear("all answer")
        with pytest.raises(AlreadyRunning, match="factoryos stop"), State(tmp_path).locked():
            pass
        assert stack.pids["one"].alive


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path):
    state = State(tmp_path / "home")
    state.create()
    made = state.secrets()
    assert state.secrets() == made
    assert (state.home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(made.secret_key) >= 32


def _await_log(log: Path, words: str) -> None:
    while words not in log.read_text(encoding="utf-8"):
        os.sched_yield()
