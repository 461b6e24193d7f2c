"""The install cell brings the course and nothing that was there, or says in one sentence why it cannot."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tools import install_cell
from tools.rules.code import MOST_LINES

ADDRESS = "git+https://github.com/owner/name@v1"


@pytest.fixture
def hosted(monkeypatch):
    """A machine as Colab is: no course, Keras 3.10, Python 3.12; what is asked of it stands in `commands`."""
    machine = SimpleNamespace(modules={"keras"}, keras="3.10.0", returncode=0, commands=[])

    def run(command, capture_output):
        machine.commands.append(command)
        return SimpleNamespace(returncode=machine.returncode)

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in machine.modules else None)
    monkeypatch.setattr(importlib.metadata, "version", lambda name: getattr(machine, name))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "version", "3.12.11 (main)")
    return machine


def run_cell():
    exec(install_cell.source(ADDRESS), {})


def said():
    with pytest.raises(SystemExit) as stop:
        run_cell()
    return stop.value.code


def test_where_the_course_is_installed_nothing_happens(hosted, capsys):
    hosted.modules = {"course_utils"}
    run_cell()
    exec(install_cell.source(), {})
    assert hosted.commands == []
    assert capsys.readouterr() == ("", "")


def test_elsewhere_only_the_course_and_what_is_rare_is_brought(hosted):
    run_cell()
    ((python, *words),) = hosted.commands
    assert python == sys.executable
    assert words[:5] == ["-m", "pip", "install", "--quiet", "--no-deps"]
    assert words[5:] == [*install_cell.brought(), ADDRESS]
    assert "lazy-loader>=0.4" in words
    assert not {"keras", "numpy", "tensorflow"} & set(install_cell.BROUGHT)


def test_before_publishing_the_cell_says_how_to_open_the_course(hosted):
    with pytest.raises(SystemExit, match=r"course_utils is not installed. Open the course with: make lab"):
        exec(install_cell.source(), {})


@pytest.mark.parametrize("version", ["3.10.12 (main)", "3.14.0rc1 (main)", "3.9.2+ (main)"])
def test_a_python_that_does_not_fit_gets_one_sentence(hosted, monkeypatch, version):
    monkeypatch.setattr(sys, "version", version)
    needed = "Python 3.11, 3.12 or 3.13 is needed, and this is Python"
    assert said() == f"{needed} {version.split()[0]}. On Colab: Runtime > Change runtime type > Latest."
    assert hosted.commands == []


@pytest.mark.parametrize("version", ["3.9.2", "2.15.0", "none"])
def test_a_keras_that_does_not_fit_gets_one_sentence(hosted, version):
    hosted.keras, hosted.modules = version, {"keras"} if version != "none" else set()
    advice = "Type: %pip install 'keras>=3.10', then restart."
    assert said() == f"Keras 3.10 or newer is needed; found: {version}. {advice}"
    assert hosted.commands == []


@pytest.mark.parametrize("version", ["3.10.0", "3.15.1", "4.0.0"])
def test_a_newer_keras_will_do(hosted, version):
    hosted.keras = version
    run_cell()
    assert len(hosted.commands) == 1


def test_a_failed_installation_says_how_to_see_why(hosted):
    hosted.returncode = 1
    why = f"To see why, type: %pip install --no-deps {ADDRESS}"
    assert said() == f"course_utils could not be installed. {why}"


def test_an_old_python_can_read_the_cell_and_lint_its_length():
    source = install_cell.source(ADDRESS)
    ast.parse(source, feature_version=(3, 8))
    assert len(source.splitlines()) <= MOST_LINES


def test_what_the_course_depends_on_is_on_colab_or_brought():
    there = {
        "ipython",
        "ipywidgets",
        "keras",
        "matplotlib",
        "numpy",
        "pillow",
        "scikit-learn",
        "scipy",
        "threadpoolctl",
    }
    assert install_cell.lower_bounds().keys() == there | {"tqdm"} | (
        set(install_cell.BROUGHT) - {"alembic", "colorlog", "mako"}
    )
