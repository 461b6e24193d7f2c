"""Grading a class: twenty notebooks that were handed in, of every kind, and one table."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import grade
from course_utils.grading import running

ROOT = Path(__file__).resolve().parents[1]

# A lecture in small. It has a `start` of its own, because the course's would load Keras twenty times.
SETUP = """
from course_utils import check
from course_utils.exercises import Exercise, register
def start(lecture): pass
start(lecture=90)
"""
REGISTER = """
import numpy as np
register(Exercise(id="double-it", lecture=90, task="Double it.", stub="def double(x):\\n    return ...",
    solution="def double(x):\\n    return 2 * x", explanation="Twice.", hints=("Try 2 * x.",), mistakes=(),
    cases=[{"x": np.array([1.0, 3.0])}, {"x": np.array(-2.0)}]))
"""
DOUBLE = 'def double(x):\n    return {}\n\ncheck("double-it", double)'
SHAPE = 'check("read-a-shape", [{}])'
CURVE = """
def read_curves(loss, val_loss):
    best = {}
    return best + 1, val_loss[best] - loss[best]

check("read-a-curve", read_curves)
"""
SHAPES = "(64,), (32, 64), (32,), (10, 64)"
ALL_RIGHT = (DOUBLE.format("2 * x"), SHAPE.format(SHAPES), CURVE.format("np.argmin(val_loss)"))
STUB = (
    DOUBLE.format("..."),
    SHAPE.format("..., ..., ..., ..."),
    CURVE.replace("best + 1, val_loss[best] - loss[best]", "..., ...").format("0"),
)
RIGHT, WRONG, NOT_TRIED = "right", "wrong", "not tried"


def notebook(*cells: str) -> bytes:
    """The bytes of a notebook with these code cells."""
    made = [
        {"cell_type": "code", "id": f"c{i}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for i, source in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def answers(*cells: str) -> bytes:
    return notebook(SETUP, REGISTER, *cells)


FORGED_LINE = json.dumps({"id": "double-it", "lecture": 90, "called": True, "results": ["right", "✓"]})
FORGE = f"""
import os
for channel in range(1, 30):
    try:
        os.write(channel, b'''{FORGED_LINE}\\n''')
    except OSError:
        pass
"""
LEAVE = """
import os, subprocess, sys
try:
    open("../left.txt", "w").close()
except OSError:
    print("confined")
sleeper = "import os, time; open(os.environ['HOME'] + '/../../' + os.environ['COURSE_GRADING'], 'w'); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", sleeper], start_new_session=True)
"""
# file: its bytes, its status, its three marks, a part of its remark
CLASS = {
    "ada/90_small.ipynb": (answers(*ALL_RIGHT), "graded", [RIGHT] * 3, ""),
    "bob_90_small.ipynb": (answers(*STUB), "graded", [NOT_TRIED] * 3, ""),
    "Über, Zoë_17_assignsubmission_file_/90_small.ipynb": (
        answers(DOUBLE.format("x + 2"), SHAPE.format("64, (32, 64), (32,), (10, 64)"), CURVE.format("np.argmax(loss)")),
        "graded",
        [WRONG] * 3,
        "",
    ),
    '"quoted", comma/90_small.ipynb': (answers(ALL_RIGHT[0], *STUB[1:]), "graded", [RIGHT, NOT_TRIED, NOT_TRIED], ""),
    "<script>alert(1)<／script>.ipynb": (
        answers(*ALL_RIGHT[1:]),
        "graded",
        [NOT_TRIED, RIGHT, RIGHT],
        "No check of double-it.",
    ),
    "=cmd|' ／C calc'!A0/90_small.ipynb": (answers(*ALL_RIGHT), "graded", [RIGHT] * 3, ""),
    "@sum/90_small.ipynb": (
        answers(ALL_RIGHT[0], "1 / 0", ALL_RIGHT[1], "x = ("),
        "graded",
        [RIGHT, RIGHT, NOT_TRIED],
        "Cell c3, and 1 more stopped: ZeroDivisionError: division by zero. No check of read-a-curve.",
    ),
    "loop.ipynb": (
        answers(ALL_RIGHT[0], "while True: pass", *ALL_RIGHT[1:]),
        "timed out",
        [RIGHT, NOT_TRIED, NOT_TRIED],
        "The cell was still running after 10 s, in cell c3.",
    ),
    "killer.ipynb": (
        answers(*ALL_RIGHT, "import os, signal; os.kill(os.getpid(), 9)"),
        "stopped",
        [RIGHT] * 3,
        "Its process ended by signal SIGKILL, in cell c5.",
    ),
    "greedy.ipynb": (
        answers("import numpy as np\nheld = [np.ones(10**7) for _ in range(100)]", *ALL_RIGHT),
        "stopped",
        [NOT_TRIED] * 3,
        "It took more than 1 GB of memory, in cell c2.",
    ),
    "loud.ipynb": (answers("for _ in range(100): print('x' * 10**7)", *ALL_RIGHT), "graded", [RIGHT] * 3, ""),
    "asking.ipynb": (
        answers("name = input('your name?')", *ALL_RIGHT),
        "graded",
        [RIGHT] * 3,
        "EOFError: input() asks",
    ),
    "printer.ipynb": (
        answers("print('✓ double-it: right. Compare with solution(\\'double-it\\').')"),
        "graded",
        [NOT_TRIED] * 3,
        "No check of double-it, read-a-shape, read-a-curve.",
    ),
    "patcher.ipynb": (
        answers("def check(name, answer): print(f'✓ {name}: right.')", *STUB),
        "graded",
        [NOT_TRIED] * 3,
        "No check",
    ),
    "forger.ipynb": (answers(*STUB, FORGE), "graded", [WRONG, NOT_TRIED, NOT_TRIED], ""),
    "mild.ipynb": (
        notebook(SETUP, REGISTER.replace('2 * x"', 'x"'), DOUBLE.format("x"), *ALL_RIGHT[1:]),
        "graded",
        [WRONG, RIGHT, RIGHT],
        "",
    ),
    "other_id.ipynb": (
        answers(ALL_RIGHT[0].replace("double-it", "double-ti"), 'check("least-sure", ...)'),
        "graded",
        [NOT_TRIED] * 3,
        "CourseError: there is no exercise 'double-ti'. Did you mean 'double-it'?",
    ),
    "leaver.ipynb": (answers(LEAVE, *ALL_RIGHT), "graded", [RIGHT] * 3, ""),
    "broken.ipynb": (b'{"cells": [', "broken", [""] * 3, "No notebook: damaged, or another format."),
    "page.ipynb": (b"<!DOCTYPE html><html>", "broken", [""] * 3, "A web page, no notebook."),
}


on_posix = pytest.mark.skipif(os.name == "nt", reason="the class has file names and signals that Windows lacks")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The class's folder, the instructor's notebook beside it, and a table from grading it."""
    place = tmp_path_factory.mktemp("class")
    for name, (content, *_) in CLASS.items():
        path = place / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (place / "original.ipynb").write_bytes(answers(*STUB))
    return place


def call(folder, *more):
    """Grade the folder as from a terminal."""
    command = [sys.executable, "-m", "course_utils.grade", "in", "--original", "original.ipynb", *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp"), "COURSE_SECRET": "hunter2"}
    (folder / "tmp").mkdir(exist_ok=True)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


LIMITS = ("--jobs", "2", "--cell-timeout", "10", "--memory", "1")


@pytest.fixture(scope="module")
def graded(folder):
    """What was printed, and the rows by file."""
    done = call(folder, *LIMITS)
    assert done.returncode == 0, done.stderr
    return done.stdout, rows(folder / "grades.csv")


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["file"].removeprefix("'"): row for row in csv.DictReader(file)}


@pytest.mark.slow
@on_posix
@pytest.mark.parametrize("name", CLASS)
def test_each_notebook_has_its_row(graded, name):
    _, status, marks, remark = CLASS[name]
    row = graded[1][name]
    assert [row[column] for column in ("double-it", "read-a-shape", "read-a-curve")] == marks, row
    assert row["status"] == status
    assert remark in row["remark"] and bool(remark) == bool(row["remark"])
    assert (row["right"], row["of"]) == (("", "") if status == "broken" else (str(marks.count(RIGHT)), "3"))


@pytest.mark.slow
@on_posix
def test_the_table_holds_the_class_and_is_harmless(folder, graded):
    assert len(graded[1]) == len(CLASS) == 20
    assert graded[1]["Über, Zoë_17_assignsubmission_file_/90_small.ipynb"]["student"] == "Über, Zoë"
    raw = (folder / "grades.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbffile,student,")
    cells = [cell for line in csv.reader(raw.decode("utf-8-sig").splitlines()) for cell in line]
    assert {"'=cmd|' ／C calc'!A0", "'@sum"} <= set(cells)
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


@pytest.mark.slow
@on_posix
def test_the_summary_names_those_to_look_at(graded):
    said = graded[0]
    assert "20 notebooks: " in said and "1 timed out" in said and "2 broken" in said
    assert "Look at patcher.ipynb: it replaces check." in said
    assert "Look at forger.ipynb: it reaches into the grading." in said
    assert said.count("Look at") == 3  # leaver.ipynb, too


@pytest.mark.slow
@on_posix
def test_nothing_is_changed_and_nothing_is_left(folder, graded):
    assert {name: (folder / "in" / name).read_bytes() for name in CLASS} == {
        name: row[0] for name, row in CLASS.items()
    }
    assert sorted(path.name for path in folder.iterdir()) == ["grades.csv", "in", "original.ipynb", "tmp"]
    marks = [path.name for path in (folder / "tmp").iterdir()]  # written by what leaver.ipynb started
    assert marks or running.is_confined()
    assert not any(mark.startswith("grading-") for mark in marks)
    assert not [process for mark in marks for process in running._marked(mark)]


@pytest.mark.slow
@on_posix
def test_the_same_call_goes_on(folder, graded):
    table = folder / "grades.csv"
    before = table.read_bytes()
    assert call(folder, *LIMITS).returncode == 0
    assert table.read_bytes() == before
    (folder / "in" / "bob_90_small.ipynb").write_bytes(answers(*ALL_RIGHT))
    try:
        assert call(folder, *LIMITS).returncode == 0
        now = rows(table)
        assert [now["bob_90_small.ipynb"][name] for name in ("right", "double-it")] == ["3", RIGHT]
        assert {name: row for name, row in now.items() if "bob" not in name} == {
            name: row for name, row in graded[1].items() if "bob" not in name
        }
    finally:
        (folder / "in" / "bob_90_small.ipynb").write_bytes(CLASS["bob_90_small.ipynb"][0])
        table.write_bytes(before)


@pytest.mark.slow
def test_a_single_notebook_and_a_lecture_of_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = answers(*ALL_RIGHT).replace(b"start(lecture=90)", b"start(0)")
    (tmp_path / "ada_00_start_here.ipynb").write_bytes(given)
    (tmp_path / "notes.txt").write_text("")
    assert grade_here("ada_00_start_here.ipynb", "--output", "marks.csv") == 0
    (row,) = rows(tmp_path / "marks.csv").values()
    assert (row["student"], row["lecture"], row["right"], row["of"]) == ("ada", "0", "2", "5")
    assert row["remark"] == "No check of change-the-width, split-by-writer, least-sure. Not counted: double-it."
    assert capsys.readouterr().out == "1 notebook: 1 graded. The table is marks.csv.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([SETUP, "1 / 0", *STUB], "cell c1 stopped with ZeroDivisionError: division by zero"),
        ([SETUP], "mine.ipynb checks no exercise."),
        ([SETUP, "import os; os._exit(3)"], "cell c1: its process ended with exit code 3."),
    ],
)
def test_an_original_that_cannot_be_run(tmp_path, monkeypatch, capsys, cells, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ipynb").write_bytes(answers(*STUB))
    (tmp_path / "mine.ipynb").write_bytes(notebook(*cells))
    assert grade_here("a.ipynb", "--original", "mine.ipynb") == 1
    assert said in capsys.readouterr().err


def grade_here(*arguments):
    return grade.main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no folder or notebook 'nowhere'. Give the folder"),
        (["empty"], "no notebook (*.ipynb) in empty"),
        (["in", "--output", "no/g.csv"], "there is no folder 'no' for g.csv"),
        (["in", "--output", "other.csv"], "other.csv is not a table that this command wrote"),
        (["in", "--original", "in/a.ipynb"], "in/a.ipynb: an empty file."),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ipynb").write_bytes(b"")
    (tmp_path / "in" / "b.ipynb").write_bytes(answers())
    (tmp_path / "other.csv").write_text("name,mark\nanna,1\n")
    assert grade_here(*arguments) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith(said)
    assert (tmp_path / "other.csv").read_text() == "name,mark\nanna,1\n"


@pytest.mark.parametrize("option", [("--jobs", "0"), ("--timeout", "-1"), ("--memory", "nan"), ("--jobs", "many")])
def test_an_option_that_cannot_be(capsys, option):
    with pytest.raises(SystemExit):
        grade_here("in", *option)
    assert f"argument {option[0]}: " in capsys.readouterr().err


def test_without_psutil_it_says_what_to_type(monkeypatch, capsys):
    monkeypatch.setattr(grade, "running", None)
    monkeypatch.setattr(grade, "MISSING", "psutil", raising=False)
    assert grade_here("in") == 1
    assert capsys.readouterr().err == "psutil is not installed, and grading needs it. Type: pip install psutil\n"
