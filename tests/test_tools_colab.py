"""The imitation of Colab notices what the install cell must not do; with uv it runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from course_utils.errors import CourseError
from tests import tiny
from tools import colab, install_cell, kernels

LECTURE = Path("90_tiny.ipynb")
BEFORE = {"keras==3.10.0", "numpy==2.1.0"}
OURS = {"deep-learning-course @ git+file:///course@abc", "lazy-loader==0.5"}


def test_the_oldest_packages_are_the_lower_bounds_and_those_of_colab():
    asked = {Requirement(line).name: Requirement(line) for line in colab.packages("oldest")}
    assert str(asked["keras"].specifier) == "==3.10.*"
    assert str(asked["ipywidgets"].specifier) == "==7.7.*"
    assert asked["tensorflow"].marker
    assert not asked.keys() & {*install_cell.BROUGHT, colab.COURSE}


def test_the_newest_packages_are_the_tested_ones():
    option, constraints, *asked = colab.packages("newest")
    assert option == "--constraint"
    assert Path(constraints).name == "constraints.txt"
    assert {"keras", "tensorflow", "ipykernel"} <= {Requirement(line).name for line in asked}


def test_what_the_install_cell_shall_bring_may_come():
    assert colab.require_rest(BEFORE, BEFORE | OURS, LECTURE) == ["deep-learning-course", "lazy-loader"]


@pytest.mark.parametrize("after", [{"keras==3.15.0", "numpy==2.1.0"}, {"keras==3.10.0"}, BEFORE | {"pandas==3.0.0"}])
def test_a_package_that_changed_is_named(after):
    changed = ", ".join(sorted(BEFORE ^ after))
    with pytest.raises(CourseError) as error:
        colab.require_rest(BEFORE, after | OURS, LECTURE)
    assert str(error.value).startswith("90_tiny [install]: it changed ")
    assert all(line in str(error.value) for line in changed.split(", "))


def test_a_claim_that_fails_is_found():
    notebook = tiny.edited("grey-claim", lambda cell: cell.update(outputs=[tiny.printed("✓ one\n✗ two\n")]))
    assert list(colab.failed_claims(notebook)) == ["✗ two"]


def test_without_uv_it_says_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match=r"made by uv, which is not installed. Type: pip install uv"):
        colab.environment(tmp_path, "newest")


def test_the_kernel_knows_nothing_of_this_tree():
    base = {"PATH": "/bin", "PYTHONPATH": "here", "COURSE_STATIC": "1", "COURSE_SEED": "3", "KERAS_BACKEND": "jax"}
    assert kernels.bare_environment(base) == {"PATH": "/bin"}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("uv"), reason="needs uv")
def test_the_install_cell_brings_the_course_to_a_clean_environment(tmp_path):
    cells = [tiny.code("install", "pass"), tiny.code("setup", "from course_utils import start\n\nstart(lecture=0)")]
    path = tiny.write(tmp_path, tiny.v4.new_notebook(cells=cells), stamp=False)
    try:
        python = colab.environment(tmp_path, "oldest")
    except CourseError as error:
        pytest.skip(str(error))  # neither a cache nor the network has the packages
    assert colab.imitate(path, python).endswith(
        f"s; brought: {', '.join(sorted([colab.COURSE, *install_cell.BROUGHT]))}"
    )
