"""Runs of several steps: all run, failures are named, totals are right."""

import subprocess

import pytest

from tools import notebooks, steps
from tools import test as everything
from tools.steps import Step


@pytest.mark.parametrize(
    ("output", "code", "expected"),
    [
        ("", 0, (1, 0)),
        ("", 1, (0, 1)),
        ("3 passed in 0.1s", 0, (3, 0)),
        ("======= 1 failed, 3 passed, 2 warnings in 75.10s (0:01:15) =======", 1, (3, 1)),
        ("2 failed, 1 error in 0.2s", 1, (0, 3)),
        ("1 skipped, 4 passed, 2 xfailed in 0.2s", 0, (4, 0)),
        ("3 passed in 0.1s", 1, (3, 1)),
        ("no tests ran in 0.01s", 5, (0, 1)),
        ("the student passed in 3 seconds", 0, (1, 0)),
    ],
)
def test_counts(output, code, expected):
    assert steps.count(output, code) == expected


def test_all_steps_run_and_the_failed_one_says_how_to_repeat_it(capfd):
    bad, good = Step("bad", ("timeit", "--nonsense")), Step("good", ("this",))
    assert steps.run_all([bad, good]) == 1
    out = capfd.readouterr().out
    assert "Beautiful is better than ugly." in out
    assert "Failed: bad" in out
    assert "-m timeit --nonsense" in out
    assert out.splitlines()[-1] == "1 passed, 1 failed"


def test_jax_runs_the_dense_lectures_that_are_there(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("02_b", "09_i", "10_j", "16_p"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    (jax,) = [step for step in everything.steps(tmp_path) if "jax" in step.arguments]
    assert jax.arguments == ("tools", "nbval", "02", "09", "16", "--backend", "jax")


def test_a_lecture_is_tested_by_all_that_bears_its_name_or_those_of_its_exercises():
    (path,) = notebooks.find(["7"])
    steps = {step.name: step.arguments for step in everything.steps_of([path])}
    expression = steps["its tests and exercises"][-1].split(" or ")
    assert {"07_optimizers", "lecture_07", "same-path"} <= set(expression)
    assert steps["run on JAX"] == ("tools", "nbval", "notebooks/07_optimizers.ipynb", "--backend", "jax")
    assert steps["deck and lecture in a browser"] == ("pytest", "-q", "tests/browser", "-k", "07_optimizers")


def test_of_two_lectures_the_dense_one_runs_on_jax():
    steps = {step.name: step.arguments for step in everything.steps_of(notebooks.find(["7", "11"]))}
    assert "notebooks/11_residual_networks.ipynb" in steps["run on TensorFlow"]
    assert "notebooks/11_residual_networks.ipynb" not in steps["run on JAX"]
    assert "run on JAX" not in {step.name for step in everything.steps_of(notebooks.find(["11"]))}


def test_a_run_that_writes_to_the_tree_fails_and_names_the_file(monkeypatch, capsys):
    states = iter([{"M README.md"}, {"M README.md", "?? left.txt"}])
    monkeypatch.setattr(steps, "changes", lambda: next(states))
    assert steps.run_all([]) == 1
    assert "no check may write to the tree: ?? left.txt" in capsys.readouterr().out


def test_a_tree_without_git_has_no_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    assert steps.changes() == set()


def test_changes_are_what_git_lists(monkeypatch, tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "left.txt").touch()
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    assert steps.changes() == {"?? left.txt"}


def test_a_step_may_run_in_another_python():
    assert "elsewhere/python -m this" in Step("it", ("this",), "elsewhere/python").repeat()
