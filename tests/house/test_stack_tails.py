import json
from pathlib import Path

from deploy.stack.log_files import tail


def _line(message: str, **more: str) -> str:
    return json.dumps({"timestamp": "2026-11-20T10:00:00Z", "level": "error", "message": message, **more}) + "\n"


def test_structured_lines_are_told_as_time_level_and_message(tmp_path: Path):
    log = tmp_path / "api.log"
    log.write_text("Fontconfig warning: no fonts\n")
    error = "Traceback (most recent call last):\n  ...\nOSError: the disk is full"
    (tmp_path / "api.jsonl").write_text(_line("started") + _line("failed", exception=error) + "torn {\n[1]\n")
    assert tail(log).splitlines() == [
        f"The end of {tmp_path / 'api.jsonl'}:",
        "  | 2026-11-20T10:00:00Z error started",
        "  | 2026-11-20T10:00:00Z error failed (OSError: the disk is full)",
        "  | torn {",
        "  | [1]",
    ]


def test_what_a_process_said_itself_comes_before_its_structured_lines(tmp_path: Path):
    log = tmp_path / "api.log"
    log.write_text("".join(f"line {number}\nFontconfig warning: no fonts\n" for number in range(900)))
    (tmp_path / "api.jsonl").write_text(_line("started"))
    told = tail(log, lines=2).splitlines()
    assert told == [f"The end of {log}:", "  | line 898", "  | line 899"]


def test_a_log_that_says_nothing_is_called_empty(tmp_path: Path):
    assert tail(tmp_path / "none.log").endswith("| (empty)")
