"""`python -m course_utils.grading.child`: run the cells of one notebook, in a process of its own.

It reads a job from standard input and writes what happens to standard output, a line of JSON each; whatever the cells
print goes nowhere. The parent believes nothing of it: a cell that writes such lines itself hands out results, at best
right ones, never a mark.
"""

import builtins
import json
import os
import sys
from collections.abc import Callable, Iterable

from IPython.core.interactiveshell import InteractiveShell

from course_utils.exercises import Exercise, get, of_lecture
from course_utils.exercises.checking import Outcomes, listeners, outcomes_of
from course_utils.exercises.marking import handed_out

Report = Callable[..., None]


class Shell(InteractiveShell):
    """What runs the cells: IPython, as in a kernel, but with nobody in front of it."""

    def enable_gui(self, gui: str | None = None) -> None:
        """`%matplotlib …` works, and opens no window."""

    def ask_exit(self) -> None:
        """`exit` ends its cell only."""
        raise SystemExit


class Nowhere(dict):
    """Takes what cells print, which IPython would keep, and forgets it."""

    def __getitem__(self, cell: int) -> list:
        return []


def main() -> None:
    """Do the job that stands in standard input: {"cells": […], "lectures": […], "wants_key": …, "limits": {…}}."""
    job = json.load(sys.stdin)
    report = take_channel()
    set_limits(**job["limits"])
    builtins.input = no_answer
    checked: dict[str, None] = {}

    def hand_out(exercise: Exercise, outcomes: Outcomes | Exception) -> None:
        checked[exercise.id] = None
        report(id=exercise.id, lecture=exercise.lecture, **handed_out(exercise, outcomes))

    listeners.append(hand_out)
    run(job["cells"], report)
    if job["wants_key"]:
        report_key([get(name) for name in checked], report)
    for lecture in job["lectures"]:
        report_key(of_lecture(lecture), report)
    report(end=True)


def take_channel() -> Report:
    """Keep standard output for reports; cells get none, and no standard input."""
    channel = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)

    def report(**content: object) -> None:
        try:
            line = json.dumps(content)
        except (ValueError, RecursionError):  # a whole number of 5,000 digits, for example
            line = json.dumps({"id": content.get("id"), "lecture": content.get("lecture"), "stopped": "ValueError"})
        channel.write(line + "\n")

    return report


def set_limits(cpu_seconds: int, file_size: int) -> None:
    """Let the system itself stop this process and all that it starts; Windows has no such limits."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    for kind, limit in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (limit, limit))


def no_answer(prompt: object = "") -> str:
    """What stands for `input`."""
    raise EOFError("input() asks a question, and nobody answers while notebooks are graded")


def run(cells: Iterable[str], report: Report) -> None:
    """Run the cells one after the other; one that stops with an error does not stop the others."""
    shell = Shell.instance()
    shell.history_manager.enabled = False
    shell.history_manager.outputs = Nowhere()
    for number, source in enumerate(cells):
        report(cell=number)
        result = shell.run_cell(source)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            report(failed=number, error=f"{type(error).__name__}: {error}"[:300])


def report_key(exercises: Iterable[Exercise], report: Report) -> None:
    """Hand out what the solutions give."""
    for exercise in exercises:
        handed = handed_out(exercise, outcomes_of(exercise, exercise.reference))
        report(key=exercise.id, lecture=exercise.lecture, tolerance=exercise.tolerance, handed=handed)


if __name__ == "__main__":
    main()
