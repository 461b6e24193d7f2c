"""The quick part of the tests: formatting, lint, fast unit tests."""

from __future__ import annotations

import argparse

from tools.steps import Step, run_all

README = Step("README as the notebooks say", ("tools", "readme", "--check"))
RULES = [
    Step("format of code and notebooks", ("ruff", "format", "--check", ".")),
    Step("lint of code and notebooks", ("ruff", "check", ".")),
    Step("lint of lectures", ("tools", "lint")),
    README,
]
FAST_TESTS = Step("fast unit tests", ("pytest", "-q", "-n", "2", "-m", "not slow and not browser"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--rules", action="store_true", help="without the unit tests, as before a commit")


def run(args: argparse.Namespace) -> int:
    """Run the steps; return the exit code."""
    return run_all(RULES if args.rules else [*RULES, FAST_TESTS])
