"""The check before a release goes on where it stopped, at the same commit only."""

import argparse

import pytest

from tools import release
from tools.steps import Step


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path) -> list[str]:
    """The names of the steps that ran; the second of the two fails."""
    names: list[str] = []

    def run_one(step: Step) -> release.Result:
        names.append(step.name)
        return release.Result(step, *((0, 1) if step.name == "bad" else (3, 0)), 7.0)

    monkeypatch.setattr("tools.steps.run_one", run_one)
    monkeypatch.setattr(release, "STEPS", [Step("good", ("this",)), Step("bad", ("that",))])
    monkeypatch.setattr(release, "PASSED", tmp_path / "results" / "release.json")
    monkeypatch.setattr("tools.steps.changes", set)
    return names


def at(commit: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(release, "clean_commit", lambda: commit)
    return release.run(argparse.Namespace())


def test_what_passed_is_not_run_again(ran, monkeypatch) -> None:
    assert at("c1", monkeypatch) == 1
    assert at("c1", monkeypatch) == 1
    assert ran == ["good", "bad", "bad"]


def test_it_ends_with_one_table_of_what_passed_now_and_before(ran, monkeypatch, capsys) -> None:
    at("c1", monkeypatch)
    capsys.readouterr()
    at("c1", monkeypatch)
    table = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert table[table.index("Step passed failed seconds") :][1:3] == ["good 3 0 7.0 (before)", "bad 0 1 7.0"]


def test_another_commit_or_a_change_runs_everything(ran, monkeypatch) -> None:
    for commit in ("c1", "c2", ""):
        at(commit, monkeypatch)
    assert ran == ["good", "bad"] * 3
