"""The oldest and newest packages: what is asked for, what is said, and when the environment goes."""

from argparse import Namespace
from pathlib import Path

import pytest

from tools import environments, notebooks, versions
from tools.setup import GROUPS


@pytest.fixture
def made(monkeypatch, tmp_path):
    """A stand-in for uv, and for the steps, which end as `made.code` says."""
    made = Namespace(code=0, folder=tmp_path / "test-results" / "oldest")

    def make(folder, *words):
        made.words = words
        folder.mkdir(parents=True)
        return folder / "bin" / "python"

    def run_all(steps):
        made.steps = steps
        return made.code

    monkeypatch.setattr(environments, "make", make)
    monkeypatch.setattr(environments, "uv", lambda *words: "")
    monkeypatch.setattr(environments, "frozen", lambda python: {"keras==3.10.0", "jax==0.6.0", "absl-py==2.5.1"})
    monkeypatch.setattr(versions, "run_all", run_all)
    monkeypatch.setattr(versions, "FOLDER", tmp_path / "test-results")
    return made


def call(*lectures):
    return versions.run(Namespace(versions="oldest", lectures=lectures))


def test_the_versions_of_what_the_course_names_are_said(made, capsys):
    assert call() == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["jax==0.6.0", "keras==3.10.0"]


def test_all_that_the_tests_need_is_asked_for_and_only_wheels(made):
    call()
    assert {"lowest-direct", "--only-binary"} <= set(made.words)
    assert {word for before, word in zip(made.words, made.words[1:], strict=False) if before == "--extra"} == set(
        GROUPS["test"]
    )


def test_the_lectures_run_in_the_new_environment_and_their_pictures_need_only_be_there(made):
    call()
    assert {step.python for step in made.steps} == {str(made.folder / "bin" / "python")}
    (nbval,) = [step.arguments for step in made.steps if "nbval" in step.arguments]
    assert [Path(word).name[:2] for word in nbval if word.endswith(".ipynb")] == list(versions.LECTURES)
    assert "--any-picture" in nbval
    call("02")
    assert any("notebooks/02_backpropagation.ipynb" in step.arguments for step in made.steps)


def test_the_environment_stays_only_after_a_failure(made, capsys):
    call()
    assert not made.folder.exists()
    made.code = 1
    assert call() == 1
    assert made.folder.exists()
    assert "The environment stays for these commands" in capsys.readouterr().out


def test_newest_and_oldest_ask_for_the_same_packages():
    oldest, newest = (versions.asked(name) for name in ("oldest", "newest"))
    assert oldest[len(versions.WANTED["oldest"]) :] == newest[len(versions.WANTED["newest"]) :]


def test_a_package_is_known_by_any_spelling_of_its_name():
    assert versions.direct({"scikit_learn==1.6.0", "Pillow==11.0.0", "six==1.17.0"}) == {
        "scikit_learn==1.6.0",
        "Pillow==11.0.0",
    }


def test_the_lectures_that_stand_for_all_are_there():
    assert len(notebooks.find(versions.LECTURES)) == len(versions.LECTURES)
