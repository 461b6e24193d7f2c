"""Run a list of commands, each with its time; sum up what passed and what failed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.pythons import output_of

ROOT = Path(__file__).parents[1]
SUMMARY = re.compile(r"^=* ?(?:\d+ [a-z]+, )*\d+ (?:passed|failed|errors?)\b.* in [\d.]+s")
COUNT = re.compile(r"(\d+) (passed|failed|errors?)\b")


@dataclass(frozen=True)
class Step:
    """One command of a run.

    Attributes:
        name: What it checks, in a few words.
        arguments: The words after ``python -m``.
        python: The Python that runs it.
    """

    name: str
    arguments: tuple[str, ...]
    python: str = sys.executable

    def repeat(self) -> str:
        """Return the command that repeats this step alone."""
        return f"{os.path.relpath(self.python)} -m {shlex.join(self.arguments)}"


@dataclass
class Result:
    """What a step gave: how many passed and failed, and the seconds it took."""

    step: Step
    passed: int
    failed: int
    seconds: float


def run_all(
    steps: list[Step], note: Callable[[Result], None] | None = None, before: Mapping[str, Result] | None = None
) -> int:
    """Run every step, also after a failed one; print times, failures and totals.

    Args:
        steps: What to run.
        note: Called with the result of each step as soon as there is one.
        before: Results of an earlier run, by the step's name: these steps are not run again.

    Returns:
        The exit code: 0 if all passed and no file of the tree was changed by it.
    """
    results, known, tree = [], before or {}, changes()
    for step in steps:
        if step.name in known:
            results.append(known[step.name])
            continue
        results.append(run_one(step))
        if note:
            note(results[-1])
    print("\nStep                                    passed  failed  seconds")
    for result in results:
        earlier = "  (before)" if result.step.name in known else ""
        print(f"{result.step.name:<40}{result.passed:>6}{result.failed:>8}{result.seconds:>9.1f}{earlier}")
    for result in results:
        if result.failed:
            print(f"\nFailed: {result.step.name}. To repeat it alone:\n    {result.step.repeat()}")
    touched = sorted(tree ^ changes())
    if touched:
        print(f"\nThese files changed meanwhile, and no check may write to the tree: {', '.join(touched)}")
    passed, failed = (sum(getattr(result, name) for result in results) for name in ("passed", "failed"))
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return int(failed > 0 or bool(touched))


def changes() -> set[str]:
    """What differs from the last commit, one line of git's for each file; nothing where there is no git."""
    listed = output_of(["git", "-C", str(ROOT), "status", "--porcelain"])
    return {line.strip() for line in listed.splitlines()}


def run_one(step: Step) -> Result:
    """Run one step and show what it prints."""
    print(f"\n── {step.name} ──", flush=True)
    start = time.monotonic()
    lines = []
    with subprocess.Popen(
        [step.python, "-m", *step.arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PY_COLORS": "0", "COURSE_STATIC": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    passed, failed = count("".join(lines), process.returncode)
    return Result(step, passed, failed, time.monotonic() - start)


def count(output: str, code: int) -> tuple[int, int]:
    """Return how many passed and failed: pytest's own numbers, else one for the step as a whole."""
    totals = {"passed": 0, "failed": 0, "error": 0}
    for line in output.splitlines():
        if SUMMARY.match(line):
            for number, kind in COUNT.findall(line):
                totals[kind.removesuffix("s") if kind.startswith("error") else kind] += int(number)
    passed, failed = totals["passed"], totals["failed"] + totals["error"]
    if not passed and not failed:
        return (0, 1) if code else (1, 0)
    return passed, max(failed, int(code != 0))
