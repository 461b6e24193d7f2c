"""What is checked before a release, for hours. A step that passed at the same commit is not run again."""

from __future__ import annotations

import argparse
import json
import subprocess

from tools.colab import VERSIONS
from tools.steps import ROOT, Result, Step, run_all

PASSED = ROOT / "test-results" / "release.json"
SEEDS = (1000, 2000, 3000)
COLAB = ("00", "05", "11")  # plain Keras, sweeps, convolutions
STEPS = [
    Step("all lectures on JAX", ("tools", "nbval", "--backend", "jax")),
    *(Step(f"lectures with base seed {seed}", ("tools", "nbval", "--seed", str(seed))) for seed in SEEDS),
    *(
        Step(f"on Colab, {versions} packages", ("tools", "colab", *COLAB, "--versions", versions))
        for versions in VERSIONS
    ),
    Step("Binder can read the course", ("tools", "binder")),
    Step("the maintainers' guide, walked", ("tools", "walk")),
    Step("small errors are caught", ("tools", "mutate")),
    Step("decks at 1920 × 1080", ("pytest", "-q", "tests/browser/test_browser_decks.py", "--screen", "1920x1080")),
    Step("slides and handouts as PDF", ("tools", "deck", "--pdf")),
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Run the steps that have not passed at this commit; return the exit code."""
    commit = clean_commit()
    passed = read_passed(commit)
    for name in passed:
        print(f"passed before at this commit: {name}")

    def note(result: Result) -> None:
        if commit and not result.failed:
            passed.append(result.step.name)
            PASSED.parent.mkdir(exist_ok=True)
            PASSED.write_text(json.dumps({"commit": commit, "passed": passed}), encoding="utf-8")

    return run_all([step for step in STEPS if step.name not in passed], note)


def clean_commit() -> str:
    """The commit that is checked out; "" where files differ from it, since nothing can be kept for those."""
    if git("status", "--porcelain"):
        print("There are changes that are not committed: every step is run.")
        return ""
    return git("rev-parse", "HEAD")


def read_passed(commit: str) -> list[str]:
    """The names of the steps that passed at this commit."""
    if not (commit and PASSED.exists()):
        return []
    noted = json.loads(PASSED.read_text(encoding="utf-8"))
    return noted["passed"] if noted["commit"] == commit else []


def git(*words: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
