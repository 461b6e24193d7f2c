"""Runs with other base seeds: what is kept and not repeated, and what the tables say."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError, Namespace

import pytest

from course_utils.errors import CourseError
from tests import tiny
from tools import notebooks, soak
from tools.soak import Outcome, Run

LECTURE = """from course_utils import claim, seeds

claim("the first seed is small", [float(seed) for seed in seeds(8)], "<", 2500, without=[9000.0])
claim("two and two", 2 + 2, "==", 4)"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A lecture of one cell; runs are kept beside it."""
    monkeypatch.setattr(soak, "STATE", tmp_path / "soak")
    return tiny.write(tmp_path, tiny.v4.new_notebook(cells=[tiny.code("seed-claim", LECTURE)]), stamp=False)


@pytest.fixture
def started(monkeypatch):
    """The base seeds of the lectures that ran; each claim holds for all but seed 3, and seed 4 stops."""
    seeds = []

    def measured(path, backend, seed):
        seeds.append(seed)
        if seed == 4:
            raise CourseError("90_tiny [seed-claim]: ZeroDivisionError")
        digest = notebooks.digest(notebooks.read(path))
        return Run(path.stem, backend, seed, digest, "a machine", 1.0, (outcome(holds=seed != 3),))

    monkeypatch.setattr(soak, "measured", measured)
    return seeds


def outcome(statement="it works", holds=True, clearance=4.0, exact=False):
    return Outcome(statement, holds, clearance, f"{'✓' if holds else '✗'} {statement}", exact)


def a_run(*claims, lecture="03_depth", backend="tensorflow", seed=1):
    return Run(lecture, backend, seed, "abc", "a machine", 1.0, claims)


def call(path, *seeds, again=False):
    given = {"lectures": [str(path)], "backend": "tensorflow", "seeds": seeds, "again": again, "no_table": True}
    return soak.run(Namespace(**given))


# Runs


@pytest.mark.slow
def test_the_claims_come_from_the_kernel_that_ran_with_the_seed(path):
    runs = [soak.measured(path, "tensorflow", seed) for seed in (1, 3)]
    assert [[claim.holds for claim in run.claims] for run in runs] == [[True, True], [False, True]]
    first, exact = runs[0].claims
    assert first.line.startswith("✓ the first seed is small (≈ 1004 over 8 seeds;")
    assert first.clearance == pytest.approx(1496.5 / (1.4826 * 2 * math.sqrt(math.pi / 16)))
    assert (exact.exact, exact.clearance) == (True, math.inf)


@pytest.mark.slow
def test_a_lecture_without_claims_is_refused(tmp_path):
    path = tiny.write(tmp_path, tiny.v4.new_notebook(cells=[tiny.code("no-claim", "x = 1")]), stamp=False)
    with pytest.raises(CourseError, match="no cell makes a claim"):
        soak.measured(path, "tensorflow", 1)


def test_what_was_run_is_not_run_again(path, started, capsys):
    assert call(path, 1, 2) == 0
    assert call(path, 1, 2, 5) == 0
    assert started == [1, 2, 5]
    assert "base seed 2: 1 of 1 claims hold (as before)" in capsys.readouterr().out
    assert call(path, 1, again=True) == 0
    assert started == [1, 2, 5, 1]


def test_changed_code_is_run_anew(path, started):
    call(path, 1)
    notebook = notebooks.read(path)
    tiny.cell_of(notebook, "seed-claim").source += "\nprint()"
    notebooks.save(path, notebooks.dumps(notebook))
    call(path, 1)
    assert started == [1, 1]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"claims": [1]}'])
def test_a_file_that_was_cut_off_is_run_anew(path, started, text):
    call(path, 1)
    (file,) = soak.STATE.iterdir()
    file.write_text(text, encoding="utf-8")
    call(path, 1)
    assert started == [1, 1]


def test_infinite_clearance_is_kept(path, monkeypatch):
    digest = notebooks.digest(notebooks.read(path))
    claims = (outcome(clearance=math.inf), outcome(clearance=-math.inf))
    done = Run("90_tiny", "tensorflow", 1, digest, "a machine", 1.0, claims)
    monkeypatch.setattr(soak, "measured", lambda *_: done)
    call(path, 1)
    assert soak.kept(next(soak.STATE.iterdir()), path) == done


def test_claims_that_fail_are_printed_and_a_lecture_that_stops_is_tried_again(path, started, capsys):
    assert call(path, 2, 3, 4) == 1
    said = capsys.readouterr().out
    assert "base seed 3: 0 of 1 claims hold\n    ✗ it works" in said
    assert "base seed 4: it stopped: 90_tiny [seed-claim]: ZeroDivisionError" in said
    assert said.endswith("every claim held in 1 of 3 runs\n")
    call(path, 2, 3, 4)
    assert started == [2, 3, 4, 4]


def test_stopping_keeps_what_was_done_and_writes_the_table(path, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    written = []
    monkeypatch.setattr(soak, "measured", stop)
    monkeypatch.setattr(soak, "write_tables", lambda: written.append(True))
    given = Namespace(lectures=[str(path)], backend="jax", seeds=(1,), again=False, no_table=False)
    assert soak.run(given) == 130
    assert written == [True] and "The same command goes on." in capsys.readouterr().out


def test_jax_runs_the_dense_lectures_unless_some_are_named():
    everything = {path.stem[:2] for path in soak.chosen([], "tensorflow")}
    assert {"00", "09"} <= {path.stem[:2] for path in soak.chosen([], "jax")} <= everything - {"10", "15"}
    assert [path.stem[:2] for path in soak.chosen(["11"], "jax")] == ["11"]


@pytest.mark.parametrize("text", ["", "1,,2", "one", "-1", "1.5"])
def test_what_is_no_base_seed_is_refused(text):
    with pytest.raises(ArgumentTypeError, match=r"whole numbers such as 1,2,3"):
        soak.base_seeds(text)


def test_base_seeds_are_taken_once_each():
    assert soak.base_seeds("3, 1,3") == (3, 1)


# Tables


def rows(runs, head):
    return soak.tables(runs).partition(head)[2].partition("\n\n")[0].strip().splitlines()


def test_a_lecture_has_a_row_with_how_many_claims_held():
    runs = [a_run(outcome(), outcome("a fact", exact=True)), a_run(outcome(holds=False), seed=2)]
    assert rows(runs, soak.LECTURES_HEAD) == ["| 03 | 1, 2 | 2 | 1 | 2 of 3 |"]


def test_a_claim_shows_its_least_margin_and_where_that_is():
    runs = [a_run(outcome(clearance=clearance), seed=seed) for seed, clearance in ((1, 5.0), (2, 3.14), (9, math.inf))]
    assert rows(runs, soak.CLAIMS_HEAD) == ["| 03 | it works | 3 of 3 | 3.1 | 2 |"]
    assert rows([a_run(outcome(clearance=3.6e13))], soak.CLAIMS_HEAD) == ["| 03 | it works | 1 of 1 | > 1,000 | 1 |"]


def test_an_exact_fact_has_a_row_only_where_it_fails():
    true, false = outcome("2 | 2", exact=True), outcome("2 | 2", False, -math.inf, True)
    assert rows([a_run(true)], soak.CLAIMS_HEAD) == []
    assert rows([a_run(true), a_run(false, seed=2)], soak.CLAIMS_HEAD) == [r"| 03 | 2 \| 2 | 1 of 2 | −∞ | 2 |"]


def test_backends_have_tables_of_their_own_and_each_machine_is_named_once():
    text = soak.tables([a_run(outcome()), a_run(outcome(), backend="jax")])
    assert text.index("**TensorFlow**") < text.index("**JAX**")
    assert text.count(soak.CLAIMS_HEAD) == 2 and text.count("a machine") == 1


def test_the_tables_are_written_between_their_marks(path, monkeypatch, tmp_path):
    results = tmp_path / "RESULTS.md"
    results.write_text("before\n<!-- soak -->\nyesterday\n<!-- /soak -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(soak, "RESULTS", results)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(soak, "kept_runs", list)
    soak.write_tables()
    assert "yesterday" in results.read_text("utf-8")
    monkeypatch.setattr(soak, "kept_runs", lambda: [a_run(outcome())])
    soak.write_tables()
    text = results.read_text("utf-8")
    assert text.startswith("before\n<!-- soak -->\nEvery claim") and text.endswith("<!-- /soak -->\nafter\n")
    assert "yesterday" not in text
