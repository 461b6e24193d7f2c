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
        return release.Result(step, 0, int(step.name == "bad"), 0.0)

    monkeypatch.setattr("tools.steps.run_one", run_one)
    monkeypatch.setattr(release, "STEPS", [Step("good", ("this",)), Step("bad", ("that",))])
    monkeypatch.setattr(release, "PASSED", tmp_path / "results" / "release.json")
    return names


def at(commit: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(release, "clean_commit", lambda: commit)
    return release.run(argparse.Namespace())


def test_what_passed_is_not_run_again(ran, monkeypatch) -> None:
    assert at("c1", monkeypatch) == 1
    assert at("c1", monkeypatch) == 1
    assert ran == ["good", "bad", "bad"]


def test_another_commit_or_a_change_runs_everything(ran, monkeypatch) -> None:
    for commit in ("c1", "c2", ""):
        at(commit, monkeypatch)
    assert ran == ["good", "bad"] * 3
