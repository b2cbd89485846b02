from io import StringIO

from rich.console import Console

from deploy.commands.tables import counted, cut, table


def printed(width: int, *rows: tuple[str, str]) -> list[str]:
    made = table("code", "name", may_shrink=("name",))
    for code, name in rows:
        made.add_row(code, cut(name))
    console = Console(width=width, file=StringIO())
    console.print(made)
    return [line.rstrip() for line in console.file.getvalue().splitlines()[2:]]


def test_words_give_way_and_codes_never_do():
    rows = (("WO-000001", "Print [all] the plastic parts"), ("WO-000002", "Pack"))
    assert printed(20, *rows) == ["WO-000001  Print [a…", "WO-000002  Pack"]
    assert printed(80, *rows) == ["WO-000001  Print [all] the plastic parts", "WO-000002  Pack"]


def test_one_thing_is_counted_as_one():
    assert (counted(1, "row"), counted(0, "row"), counted(2, "row")) == ("1 row", "0 rows", "2 rows")
