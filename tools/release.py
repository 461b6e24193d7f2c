"""What is checked before a release, for hours. A step that passed at the same commit is not run again."""

from __future__ import annotations

import argparse
import json
import subprocess

from tools.colab import VERSIONS
from tools.files import replace
from tools.steps import ROOT, Result, Step, run_all
from tools.test import BROWSER_TESTS, IN_PARALLEL
from tools.versions import WANTED

PASSED = ROOT / "test-results" / "release.json"
SEED = 1000
DECK_TESTS = f"{BROWSER_TESTS}/test_browser_decks.py"
COLAB = ("00", "05", "11")  # plain Keras, sweeps, convolutions
STEPS = [
    Step("all lectures on JAX", ("tools", "nbval", "--backend", "jax")),
    Step("lectures with another base seed", ("tools", "nbval", "--seed", str(SEED))),
    Step("claims with other base seeds", ("tools", "soak", "--no-table")),
    Step("the same on JAX", ("tools", "soak", "--no-table", "--backend", "jax")),
    *(Step(f"with the {versions} packages", ("tools", "versions", versions)) for versions in WANTED),
    *(
        Step(f"on Colab, {versions} packages", ("tools", "colab", *COLAB, "--versions", versions))
        for versions in VERSIONS
    ),
    Step("Binder can read the course", ("tools", "binder")),
    Step("the maintainers' guide, walked", ("tools", "walk")),
    Step("small errors are caught", ("tools", "mutate")),
    Step("decks at 1920 × 1080", ("pytest", "-q", *IN_PARALLEL, DECK_TESTS, "--screen", "1920x1080")),
    Step("decks and site, the same bytes twice", ("tools", "twice")),
    Step("slides and handouts as PDF", ("tools", "deck", "--pdf")),
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Run the steps that have not passed at this commit, and end with the table of all; return the exit code."""
    commit = clean_commit()
    passed = read_passed(commit)

    def note(result: Result) -> None:
        if commit and not result.failed:
            passed[result.step.name] = result
            counts = {name: [one.passed, one.seconds] for name, one in passed.items()}
            PASSED.parent.mkdir(exist_ok=True)
            replace(PASSED, json.dumps({"commit": commit, "passed": counts}, indent=1).encode())

    return run_all(STEPS, note, before=dict(passed))


def clean_commit() -> str:
    """The commit that is checked out; "" where files differ from it, since nothing can be kept for those."""
    if git("status", "--porcelain"):
        print("There are changes that are not committed: every step is run.")
        return ""
    return git("rev-parse", "HEAD")


def read_passed(commit: str) -> dict[str, Result]:
    """The results of the steps that passed at this commit."""
    if not (commit and PASSED.exists()):
        return {}
    noted = json.loads(PASSED.read_text(encoding="utf-8"))
    if noted["commit"] != commit:
        return {}
    steps = {step.name: step for step in STEPS if step.name in noted["passed"]}
    return {name: Result(step, noted["passed"][name][0], 0, noted["passed"][name][1]) for name, step in steps.items()}


def git(*words: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
