"""Everything that CI runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.check import RULES
from tools.steps import ROOT, Step, run_all

# The dense lectures: convolutions are slow on JAX on a CPU, so the others run there before a release only.
ON_JAX = {f"{number:02}" for number in (*range(10), 16)}
BROWSER_TESTS = "tests/browser"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Run the steps; return the exit code."""
    return run_all(steps(ROOT))


def steps(root: Path) -> list[Step]:
    """Return the steps for the lectures and tests that this checkout has."""
    dense = [path.name[:2] for path in sorted((root / "notebooks").glob("*.ipynb")) if path.name[:2] in ON_JAX]
    every = [
        *RULES,
        Step("tests", ("pytest", "-q", "-n", "2", "--ignore", BROWSER_TESTS)),
        Step("lectures on TensorFlow", ("tools", "nbval", "--backend", "tensorflow")),
    ]
    if dense:
        every.append(Step("dense lectures on JAX", ("tools", "nbval", *dense, "--backend", "jax")))
    every.append(Step("slide decks", ("tools", "deck")))
    every.append(Step("web site", ("tools", "site")))
    if any((root / BROWSER_TESTS).glob("test_*.py")):
        every.append(Step("decks, lectures and site in a browser", ("pytest", "-q", BROWSER_TESTS)))
    return every
