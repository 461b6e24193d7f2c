"""Everything that CI runs; with lectures named, what concerns these."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from course_utils.exercises import of_lecture
from tools import notebooks
from tools.check import README, RULES
from tools.steps import ROOT, Step, run_all

# The dense lectures: convolutions are slow on JAX on a CPU, so the others run there before a release only.
ON_JAX = {f"{number:02}" for number in (*range(10), 16)}
BROWSER_TESTS = "tests/browser"
# A browser keeps one core busy. Who is done first takes tests from the other: those of JupyterLab are long.
IN_PARALLEL = ("-n", "2", "--dist", "worksteal")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path: only what concerns these; none: everything")


def run(args: argparse.Namespace) -> int:
    """Run the steps; return the exit code."""
    return run_all(steps_of(notebooks.find(args.lectures)) if args.lectures else steps(ROOT))


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
        every.append(Step("decks, lectures and site in a browser", ("pytest", "-q", *IN_PARALLEL, BROWSER_TESTS)))
    return every


def steps_of(paths: list[Path]) -> list[Step]:
    """Return the steps for some lectures: their form, every test that bears their name, their runs, decks, browser."""
    files = tuple(os.path.relpath(path, ROOT) for path in paths)
    dense = [file for file, path in zip(files, paths, strict=True) if path.stem[:2] in ON_JAX]
    lectures = [
        Step("format of the lecture", ("ruff", "format", "--check", *files)),
        Step("lint of its code", ("ruff", "check", *files)),
        Step("rules for lectures", ("tools", "lint", *files)),
        README,
        Step("its tests and exercises", ("pytest", "-q", "--ignore", BROWSER_TESTS, "-k", tests_of(paths))),
        Step("run on TensorFlow", ("tools", "nbval", *files, "--backend", "tensorflow")),
    ]
    if dense:
        lectures.append(Step("run on JAX", ("tools", "nbval", *dense, "--backend", "jax")))
    lectures.append(Step("slide deck", ("tools", "deck", *files)))
    stems = " or ".join(path.stem for path in paths)
    return [*lectures, Step("deck and lecture in a browser", ("pytest", "-q", BROWSER_TESTS, "-k", stems))]


def tests_of(paths: list[Path]) -> str:
    """What pytest's -k takes: the tests named after the lectures or their exercises, or repeated for them."""
    numbers = [notebooks.number(path) for path in paths]
    exercises = [exercise.id for number in numbers for exercise in of_lecture(number)]
    return " or ".join([*(path.stem for path in paths), *(f"lecture_{number:02}" for number in numbers), *exercises])
