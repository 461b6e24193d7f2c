"""Updates through git: the branch moves forward or stays, and nothing that was changed here is lost."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup, update
from tools.setup_failures import SetupError

ROOT = Path(__file__).parents[1]


def git(folder, *words):
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *person, *words], check=True, capture_output=True)


def commit(folder, **files):
    """Write files, by name without a suffix, and commit them."""
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "more")


def contents(folder):
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}


@pytest.fixture
def course(tmp_path):
    """The repository of the course, with one commit."""
    folder = tmp_path / "course"
    folder.mkdir()
    git(folder, "init", "--initial-branch", "main")
    commit(folder, a="old", b="old")
    return folder


@pytest.fixture
def clone(course, tmp_path, monkeypatch):
    """A student's clone of it; `update` works there, and there is no environment yet."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", str(course), str(folder))
    monkeypatch.setattr(update, "ROOT", folder)
    monkeypatch.setattr(setup, "present_python", lambda group: None)
    return folder


def refused(clone):
    """What the update says, when it refuses and so leaves every file as it was."""
    before = contents(clone)
    with pytest.raises(SetupError) as caught:
        update.pull()
    assert contents(clone) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_new_version_arrives(course, clone, capsys):
    commit(course, a="new", c="new")
    assert sorted(update.pull()) == ["a.md", "c.md"]
    assert contents(clone) == contents(course)
    assert "The course was updated (" in capsys.readouterr().out


def test_the_newest_version_says_so(clone, capsys):
    assert update.pull() == []
    assert capsys.readouterr().out == "This is the newest version of the course.\n"


def test_a_shallow_clone_is_updated_too(course, tmp_path, monkeypatch):
    commit(course, a="new")
    git(tmp_path, "clone", "--depth", "1", course.as_uri(), str(tmp_path / "shallow"))
    monkeypatch.setattr(update, "ROOT", tmp_path / "shallow")
    commit(course, a="newer")
    assert update.pull() == ["a.md"]
    assert contents(tmp_path / "shallow") == contents(course)


def test_changes_that_the_new_version_does_not_meet_stay(course, clone):
    (clone / "b.md").write_text("mine")
    (clone / "mine.md").write_text("mine")
    commit(course, a="new")
    update.pull()
    assert contents(clone) == {"a.md": "new", "b.md": "mine", "mine.md": "mine"}


@pytest.mark.parametrize("staged", [False, True])
def test_changed_files_that_the_new_version_changes_are_named(course, clone, staged):
    (clone / "a.md").write_text("mine")
    if staged:
        git(clone, "add", "a.md")
    commit(course, a="new", b="new")
    said = refused(clone)
    assert "changed here: a.md. Nothing was touched." in said
    assert "`git restore --staged --worktree a.md`" in said
    git(clone, "restore", "--staged", "--worktree", "a.md")
    update.pull()
    assert contents(clone) == contents(course)


@pytest.mark.parametrize("ignored", [False, True])
def test_a_file_of_the_student_that_stands_in_the_way_is_named(course, clone, ignored):
    if ignored:
        (clone / ".git" / "info" / "exclude").write_text("c.md\n")
    (clone / "c.md").write_text("mine")
    commit(course, c="new")
    assert "names are taken here: c.md. Nothing was touched: rename yours" in refused(clone)


def test_a_branch_with_commits_of_its_own_is_not_merged(course, clone):
    commit(clone, b="mine")
    assert update.pull() == [], "ahead of the course, it has nothing to bring"
    commit(course, a="new")
    said = refused(clone)
    assert "The branch main has commits that the course has not (1)" in said
    assert "`git branch my-commits` and `git reset --keep origin/main`" in said
    git(clone, "branch", "my-commits")
    git(clone, "reset", "--keep", "origin/main")
    assert contents(clone) == contents(course)


def test_a_detached_head_is_told_which_branch(clone):
    git(clone, "checkout", "--detach")
    assert "type `git switch main`, then run the same command again." in refused(clone)


def test_a_clone_of_a_tag_alone_is_made_anew(course, tmp_path, clone, monkeypatch):
    git(course, "tag", "v1")
    git(tmp_path, "clone", "--depth", "1", "--branch", "v1", course.as_uri(), str(tmp_path / "tagged"))
    monkeypatch.setattr(update, "ROOT", tmp_path / "tagged")
    assert "clone the course anew beside it, copy the folder my_course into the new one" in refused(tmp_path / "tagged")


def test_a_branch_that_follows_none_says_what_to_type(clone):
    git(clone, "switch", "--create", "work")
    assert "The branch work follows no branch of a remote: type `git branch --set-upstream-to=" in refused(clone)


def test_a_clone_without_a_remote_says_what_to_type(clone):
    git(clone, "remote", "remove", "origin")
    assert "has no remote, so nothing says where new versions come from: type `git remote add" in refused(clone)


def test_a_remote_that_cannot_be_reached_is_named_without_its_token(clone, monkeypatch):
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    git(clone, "remote", "set-url", "origin", "http://secret@127.0.0.1:9/course.git")
    said = refused(clone)
    assert "could not be fetched: check the network" in said
    assert "git says: " in said
    assert "127.0.0.1" in said
    assert "secret" not in said


def test_a_branch_that_the_course_no_longer_has_is_named(course, clone):
    git(course, "branch", "--move", "main", "trunk")
    assert "refs/heads/main" in refused(clone)


def test_a_download_as_an_archive_is_told_how_to_go_on(clone):
    (clone / ".git").rename(clone.parent / "gone")
    said = refused(clone)
    assert "is no clone" in said
    assert "download the course anew beside it, copy the folder my_course into the new one" in said


def test_without_git_it_says_where_git_is(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone))
    assert "git, which is not installed: https://git-scm.com" in refused(clone)


def test_a_clone_that_git_cannot_read_is_named(clone):
    (clone / ".git" / "HEAD").unlink()
    assert "git cannot read this clone. git says: " in refused(clone)


@pytest.fixture
def goes_on(monkeypatch):
    """The commands that follow the pull, in place of the set-up and the copies."""
    commands = []
    monkeypatch.setattr(subprocess, "call", lambda command, cwd: commands.append((command, cwd)) or 0)
    return commands


def test_after_the_pull_the_new_version_sets_up_and_renews_the_copies(course, clone, goes_on):
    commit(course, a="new")
    assert update.run(argparse.Namespace()) == 0
    assert goes_on == [([sys.executable, "-m", "tools", "copies"], str(clone))]


@pytest.mark.parametrize(("chosen", "told"), [(True, True), (False, False)])
def test_an_environment_of_the_student_s_own_is_not_changed_but_named(
    course, clone, goes_on, monkeypatch, capsys, chosen, told
):
    monkeypatch.setattr(setup, "is_chosen", lambda group: chosen)
    (course / "constraints.txt").write_text("six==1.0\n")
    commit(course)
    update.run(argparse.Namespace())
    assert ("python -m pip install -c constraints.txt -e " in capsys.readouterr().out) == told


def test_while_jupyterlab_is_open_nothing_is_touched(course, clone, goes_on, monkeypatch):
    monkeypatch.setattr(setup, "present_python", lambda group: sys.executable)
    monkeypatch.setattr(update.pythons, "output_of", lambda command: "http://127.0.0.1:8888/")
    commit(course, a="new")
    with pytest.raises(SetupError, match=r"has the lectures open at http://127.0.0.1:8888/: save there, stop it"):
        update.run(argparse.Namespace())
    assert goes_on == []
    assert contents(clone) != contents(course)


def lecture(source):
    cell = {"cell_type": "code", "id": "a", "source": source, "outputs": [], "metadata": {}, "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.slow
def test_a_student_who_updates_keeps_what_was_typed(course, tmp_path):
    """As a student sees it: the whole verb, in a clone of a small course."""

    def call():
        return subprocess.run(
            [sys.executable, "-m", "tools", "update"],
            cwd=student,
            env=os.environ | {"PYTHONPATH": str(ROOT), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.splitlines()

    shutil.copytree(ROOT / "tools", course / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (course / "notebooks").mkdir()
    for name in ("01_a", "02_b"):
        (course / "notebooks" / f"{name}.ipynb").write_text(lecture("old"))
    commit(course)
    student = tmp_path / "student"
    git(tmp_path, "clone", str(course), str(student))
    assert call() == ["This is the newest version of the course."]
    (student / "my_course" / "02_b.ipynb").write_text(lecture("mine"))
    for name in ("01_a", "02_b"):
        (course / "notebooks" / f"{name}.ipynb").write_text(lecture("new"))
    commit(course)
    _, first, second = call()
    assert first == "01_a.ipynb was updated."
    assert second == "02_b.ipynb has changed, and so has your copy: yours stays, the new one is 02_b-updated.ipynb."
    held = {path.stem: path.read_text("utf-8") for path in (student / "my_course").glob("*.ipynb")}
    assert held == {"01_a": lecture("new"), "02_b": lecture("mine"), "02_b-updated": lecture("new")}
