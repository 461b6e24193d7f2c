"""A benchmark's table replaces the old one and touches nothing else."""

import re
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as command
from benchmarks.__main__ import RESULTS, between_marks, machine
from course_utils.errors import CourseError


def test_a_table_replaces_what_stands_between_its_marks():
    text = "a\n<!-- fit -->\nold\n<!-- /fit -->\n<!-- x -->kept<!-- /x -->\n"
    expected = "a\n<!-- fit -->\nnew\n<!-- /fit -->\n<!-- x -->kept<!-- /x -->\n"
    assert between_marks(text, "fit", "new") == expected
    assert between_marks(expected, "fit", "new") == expected


def test_missing_marks_are_named():
    with pytest.raises(CourseError, match=r"RESULTS\.md has no marks <!-- fit -->"):
        between_marks("<!-- /fit --><!-- fit -->", "fit", "new")


def test_the_stored_table_meets_the_promise():
    stored = RESULTS.read_text(encoding="utf-8").partition("<!-- fit -->")[2].partition("<!-- /fit -->")[0]
    assert float(stored.partition("`fit` is ")[2].split()[0]) >= 3.5


def test_the_stored_tables_of_sweeps_meet_their_promises():
    stored = RESULTS.read_text(encoding="utf-8").partition("<!-- sweeps -->")[2].partition("**JAX**")[0]
    rows = {cells[1]: cells[2:-1] for line in stored.splitlines() if len(cells := re.split(r" *\| *", line)) > 3}
    _, price, loop = rows["one, `model.fit(x, y)`"]
    assert float(price) <= 3 and float(loop.split()[0]) >= 20
    assert int(rows["256 units"][-1].rstrip("%")) >= 55
    assert float(rows["1,024"][-1]) <= 1.15


def test_decks_are_built_and_looked_at_in_time_in_the_stored_table():
    stored = RESULTS.read_text(encoding="utf-8").partition("<!-- decks -->")[2].partition("<!-- /decks -->")[0]
    rows = re.findall(r"^\| \d\d \| \d+ \| ([\d.]+) \| ([\d.]+) \|$", stored, flags=re.MULTILINE)
    assert rows and all(float(to_build) <= 5 and float(to_look) <= 30 for to_build, to_look in rows)


def test_glyphs_are_drawn_within_two_seconds_in_the_stored_table():
    stored = RESULTS.read_text(encoding="utf-8").partition("<!-- glyphs -->")[2].partition("<!-- /glyphs -->")[0]
    rows = {cells[1]: cells[2] for line in stored.splitlines() if len(cells := re.split(r" *\| *", line)) > 4}
    assert float(rows["20"]) <= 2


def test_the_machine_is_described_in_a_line():
    assert "Python 3." in machine() and "keras 3." in machine() and "\n" not in machine()


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """The names of the benchmarks that were run, in place of running them; their tables go into a file of its own."""
    names = []

    def stand_in(module):
        name = module.rpartition(".")[2]
        names.append(name)
        return SimpleNamespace(run=lambda: f"table of {name}")

    results = tmp_path / "RESULTS.md"
    marks = "".join(f"<!-- {name} -->\n<!-- /{name} -->\n" for name in (*command.NAMES, *command.BY_NAME_ONLY))
    results.write_text(marks, encoding="utf-8")
    monkeypatch.setattr(command, "RESULTS", results)
    monkeypatch.setattr(command.importlib, "import_module", stand_in)
    return names


def test_what_creates_users_is_run_only_where_it_is_named(measured, monkeypatch):
    monkeypatch.setattr(command.sys, "argv", ["benchmarks"])
    assert command.main() == 0
    assert "fit" in measured and "hub" not in measured
    monkeypatch.setattr(command.sys, "argv", ["benchmarks", "hub"])
    assert command.main() == 0
    assert measured[-1] == "hub" and "table of hub" in command.RESULTS.read_text(encoding="utf-8")


def test_a_benchmark_that_cannot_run_says_why_in_a_sentence(measured, monkeypatch, capsys):
    def refuse():
        raise CourseError("it needs root")

    monkeypatch.setattr(command.importlib, "import_module", lambda name: SimpleNamespace(run=refuse))
    monkeypatch.setattr(command.sys, "argv", ["benchmarks", "hub"])
    with pytest.raises(SystemExit, match="1"):
        command.main()
    assert capsys.readouterr().err == "it needs root\n"
