"""Runs of several steps: all run, failures are named, totals are right."""

import pytest

from tools import steps
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
