"""Mutations: the files are well made, and an edit counts as caught only when a comparison saw it."""

from __future__ import annotations

import shutil
import subprocess
from argparse import Namespace

import pytest

from course_utils.errors import CourseError
from tests import tiny
from tools import execute, mutate, notebooks

CASE = {"name": "a", "cell": "grey-experiment", "find": "0.5", "replace": "0.4", "caught_by": "nbval"}


@pytest.mark.parametrize("lecture", notebooks.find(), ids=lambda path: path.stem)
def test_every_lecture_has_mutations_that_fit_it(lecture):
    names = [mutation.name for mutation in mutate.load(lecture)]
    assert len(set(names)) == len(names) >= mutate.FEWEST


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "course_utils/claims.py"}, "either a cell or a file"),
        ({"cell": ""}, "either a cell or a file"),
        ({"replace": "0.5"}, "changes nothing"),
        ({"caught_by": "somebody"}, 'caught_by is "nbval"'),
        ({"seen_by": "nbval"}, "seen_by"),
    ],
)
def test_a_mutation_that_is_not_well_made_is_refused(change, said):
    with pytest.raises(CourseError, match=said):
        mutate.parse(CASE | change, "90.toml")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"find": "0.7"}, "stands 0 times"),
        ({"find": "0."}, "stands 2 times"),
        ({"cell": "grey-claims"}, "no code cell grey-claims"),
        ({"cell": "", "file": "missing.py"}, "no file missing.py"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(change, said, tmp_path):
    (tmp_path / "notebooks").mkdir()
    tiny.write(tmp_path / "notebooks", tiny.lecture())
    with pytest.raises(CourseError, match=said):
        mutate.parse(CASE | change, "90.toml").mutated(tmp_path, "90_tiny")


def test_only_a_comparison_counts():
    crash = {"test": "t.py::a", "compared": False, "error": "KeyError: 'x'"}
    seen = {"test": "t.py::b", "compared": True, "error": "AssertionError"}
    assert not mutate.judge([]).caught
    assert not mutate.judge([crash]).caught and "broke (KeyError" in mutate.judge([crash]).note
    assert mutate.judge([seen]) == mutate.Outcome(True, "by t.py::b")


TOML = """
[[mutation]]
name = "sign"
cell = "grey-experiment"
find = "1 + x"
replace = "1 - x"
caught_by = "nbval"

[[mutation]]
name = "no effect"
cell = "grey-experiment"
find = "unused = 1"
replace = "unused = 2"
caught_by = "nbval"

[[mutation]]
name = "a crash"
cell = "grey-experiment"
find = "print(1"
replace = "print(None"
caught_by = "nbval"

[[mutation]]
name = "factor"
file = "grey.py"
find = "2 * x"
replace = "3 * x"
caught_by = "tests/test_grey.py::test_double"
"""


@pytest.fixture
def little_tree(tmp_path, monkeypatch):
    """A working tree with the tools, one lecture, one module with its test, and four mutations."""
    for folder in ("course_utils", "tools"):
        shutil.copytree(notebooks.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "mutations").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    for name in ("__init__.py", "nbval_strict.py", "nbval.cfg"):
        shutil.copy(notebooks.ROOT / "tests" / name, tmp_path / "tests")
    shutil.copy(notebooks.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "mutations" / "90.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "grey.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    test = "from grey import double\n\n\ndef test_double():\n    assert double(3) == 6\n"
    (tmp_path / "tests" / "test_grey.py").write_text(test, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    cell = tiny.v4.new_code_cell("x = 2\nunused = 1\nprint(1 + x)", id="grey-experiment")
    lecture = tiny.write(tmp_path / "notebooks", tiny.v4.new_notebook(cells=[cell]), stamp=False)
    execute.execute(lecture, 60)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    return lecture


@pytest.mark.slow
def test_the_verb_tells_caught_from_survived(little_tree, capsys):
    before = little_tree.read_bytes()
    assert mutate.run(Namespace(lectures=[str(little_tree)], only=None)) == 1
    lines = {line.split(" — ")[0].split("] ")[-1].split()[-1]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["sign"].startswith("caught") and "90_tiny.ipynb::grey-experiment" in lines["sign"]
    assert lines["effect"].startswith("SURVIVED") and "nothing failed" in lines["effect"]
    assert lines["crash"].startswith("SURVIVED") and "broke" in lines["crash"]
    assert lines["factor"].startswith("caught") and "test_grey.py::test_double" in lines["factor"]
    assert little_tree.read_bytes() == before


@pytest.mark.slow
def test_a_tree_that_fails_by_itself_is_refused(little_tree):
    (notebooks.ROOT / "grey.py").write_text("def double(x):\n    return 2 * x + 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match="fails without any mutation"):
        mutate.run(Namespace(lectures=[str(little_tree)], only="factor"))


@pytest.mark.slow
def test_a_name_that_no_mutation_has_is_said(little_tree):
    with pytest.raises(CourseError, match="no mutation with 'sine'"):
        mutate.run(Namespace(lectures=[str(little_tree)], only="sine"))
