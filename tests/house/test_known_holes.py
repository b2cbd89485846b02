from deploy.known_holes import told

SOUND = {"name": "anyio", "version": "4.16.0", "vulns": []}
BROKEN = {"name": "jinja2", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "temporalio", "skip_reason": "Dependency not found on PyPI"}


def test_a_known_hole_is_named_with_the_version_that_mends_it_and_fails_the_run() -> None:
    lines, bad = told([SOUND, BROKEN])
    assert bad
    assert lines == [
        "dependencies: jinja2 1.0 has PYSEC-1, mended in 1.1, 2.0", "dependencies: 2 looked up, 1 known holes"
    ]  # fmt: skip


def test_what_could_not_be_looked_up_is_never_called_sound() -> None:
    lines, bad = told([SOUND, UNKNOWN])
    assert not bad
    assert lines[0] == "dependencies: 1 looked up, 0 known holes"
    assert "1 NOT looked up" in lines[1]
    assert "all NOT looked up" in told([])[0][1]
