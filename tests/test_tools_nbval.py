"""The command that the verb `nbval` runs."""

from __future__ import annotations

from argparse import Namespace
from types import SimpleNamespace

import pytest

from tests import tiny
from tools import nbval

STRICT = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "--nbval-sanitize-with=tests/nbval.cfg"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the verb on `count` lectures; gives the command and the environment that it would start."""
    started = SimpleNamespace()

    def start(command, env, **_):
        started.command, started.env = command, env
        return SimpleNamespace(returncode=1)

    def with_arguments(count=1, backend=None, seed=None, any_picture=False):
        paths = [str(tiny.write(tmp_path, tiny.lecture(), f"9{i}_tiny.ipynb")) for i in range(count)]
        monkeypatch.setattr(nbval, "subprocess", SimpleNamespace(run=start))
        assert nbval.run(Namespace(lectures=paths, backend=backend, seed=seed, any_picture=any_picture)) == 1
        return started

    return with_arguments


def test_one_lecture_runs_strictly_in_this_process(run):
    started = run()
    assert set(STRICT) < set(started.command)
    assert "-n" not in started.command and "--pictures=present" not in started.command


def test_two_lectures_run_on_two_kernels_each_whole_on_one(run):
    command = run(count=2).command
    assert command[command.index("-n") + 1] == "2"
    assert command[command.index("--dist") + 1] == "loadfile"


def test_backend_and_seed_reach_the_lecture_and_relax_only_pictures(run):
    started = run(backend="jax", seed=3)
    assert (started.env["KERAS_BACKEND"], started.env["COURSE_SEED"]) == ("jax", "3")
    assert "--pictures=present" in started.command
    assert set(STRICT) < set(started.command)


def test_pictures_need_only_be_there_where_that_is_asked_for(run):
    assert "--pictures=present" in run(any_picture=True).command


def test_the_default_backend_by_name_compares_pictures(run):
    assert "--pictures=present" not in run(backend="tensorflow").command
