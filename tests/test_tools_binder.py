"""What repo2docker says of a course is understood; a fake stands for it, because the true one asks the network."""

import argparse
import subprocess

import pytest

from course_utils.errors import CourseError
from tools import binder, notebooks, pythons


@pytest.fixture
def repo2docker(monkeypatch):
    """Say what repo2docker answers."""
    monkeypatch.setattr(pythons, "output_of", lambda command: "uv 1.0")

    def answers(text, code=0):
        def run(command, **_):
            assert command[-4:] == ["jupyter-repo2docker", "--no-build", "--debug", str(notebooks.ROOT)]
            return subprocess.CompletedProcess(command, code, text)

        monkeypatch.setattr(subprocess, "run", run)

    return answers


def call():
    return binder.run(argparse.Namespace())


def test_a_plan_with_a_python_of_the_course_passes(repo2docker, capsys):
    repo2docker("Building conda environment for python=3.12\n\nFROM docker.io/library/buildpack-deps:24.04")
    assert call() == 0
    assert capsys.readouterr().out == "Binder reads environment.yml and builds with Python 3.12.\n"


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ('ParserError: expected the node content\n  in "environment.yml", line 9', 1, r"ParserError(.|\n)*line 9"),
        ("ValueError: Python version 3.99 on linux-64 is not supported!", 1, "Python version 3.99"),
        ("Building conda environment for python=3.10", 0, "build with Python 3.10, and Python 3.11, 3.12 or 3.13 is"),
        ("FROM scratch", 0, "a Dockerfile, or a folder binder or .binder, goes before it"),
    ],
)
def test_a_plan_that_fails_or_strays_is_refused(repo2docker, answer, code, said):
    repo2docker(answer, code)
    with pytest.raises(CourseError, match=said):
        call()


def test_without_uv_it_says_what_to_type(monkeypatch):
    monkeypatch.setattr(pythons, "output_of", lambda command: "")
    with pytest.raises(CourseError, match="Type: pip install uv"):
        call()
