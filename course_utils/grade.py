"""`python -m course_utils.grade FOLDER`: run what a class handed in, and write a table of its marks.

Each notebook runs in a process of its own, within limits; its results are compared with the solutions in this one,
where no code of a student runs.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from course_utils.errors import CourseError
from course_utils.exercises.marking import NOT_TRIED, RIGHT, Key, mark
from course_utils.grading import handed_in
from course_utils.grading.handed_in import HandedIn, Notebook
from course_utils.grading.sheet import DIGEST, Sheet, safe
from course_utils.progress import bar
from course_utils.session import forgive_terminals

try:
    from course_utils.grading import running
except ModuleNotFoundError as missing:  # psutil or IPython
    running, MISSING = None, missing.name

KEY_SECONDS = 600  # for what the course or the instructor wrote
OPEN = """\
bwrap does not work here: a notebook can reach the network and every file that you can. Take a container or an account
of its own for a class that you do not trust; on Linux, bubblewrap (apt install bubblewrap) shuts both off."""

Keys = dict[int, list[Key]]  # of each lecture


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade what the arguments name; return the exit code."""
    forgive_terminals()
    args = parser().parse_args(arguments)
    try:
        return grade(args)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command line."""
    described = argparse.ArgumentParser(
        prog="python -m course_utils.grade",
        description="Run the notebooks that a class handed in and write a table of marks. "
        "The same call goes on where an earlier one stopped.",
    )
    add = described.add_argument
    add("handed_in", nargs="+", type=Path, metavar="FOLDER", help="folder with notebooks, or notebooks")
    add("--output", type=Path, default=Path("grades.csv"), metavar="FILE", help="the table (default: grades.csv)")
    add(
        "--original",
        type=Path,
        action="append",
        default=[],
        metavar="NOTEBOOK",
        help="your own version of a lecture: what it checks is what counts, exercises that it registers included",
    )
    add("--jobs", type=_count, default=max(1, (os.cpu_count() or 2) // 2), help="notebooks at a time")
    add("--timeout", type=_amount, default=300, metavar="S", help="seconds for a notebook (default: 300)")
    add("--cell-timeout", type=_amount, default=120, metavar="S", help="seconds for a cell (default: 120)")
    add("--memory", type=_amount, default=4, metavar="GB", help="for a notebook (default: 4)")
    add("--again", action="store_true", help="run those too that are in the table already")
    return described


def _amount(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def grade(args: argparse.Namespace) -> int:
    """Grade, write the table, sum up; return the exit code.

    Raises:
        CourseError: If something that the instructor gave cannot work.
    """
    if running is None:
        raise CourseError(f"{MISSING} is not installed, and grading needs it. Type: pip install {MISSING}")
    found, others = handed_in.find(args.handed_in)
    sheet = Sheet(args.output)
    waiting = []
    for file in found:
        if problem := _take(file, sheet, waiting, args.again):
            sheet.put(problem)
    if not running.is_confined():
        print(OPEN, file=sys.stderr)
    stop = threading.Event()
    try:
        _grade_all(waiting, sheet, args, stop)
    except KeyboardInterrupt:
        stop.set()
        print(f"\nStopped. What is graded stands in {args.output}; the same call goes on.", file=sys.stderr)
        return 130
    finally:
        sheet.save()
    print(summary(found, others, sheet))
    return 0


Waiting = tuple[HandedIn, str, Notebook]  # with its digest


def _take(file: HandedIn, sheet: Sheet, waiting: list[Waiting], again: bool) -> dict | None:
    """Put a notebook among those that wait to be run, or return the row of one that cannot be run."""
    row = {"file": file.file, "student": file.student}
    try:
        data = handed_in.content(file)
    except CourseError as error:
        return row | {"status": "refused", "remark": _sentence(str(error))}
    row[DIGEST] = handed_in.digest(data)
    try:
        notebook = handed_in.parse(data)
        if notebook.lecture is None:
            raise CourseError("it does not say which lecture it is: start(lecture=…) is missing")
    except CourseError as error:
        return row | {"status": "broken", "remark": _sentence(str(error))}
    if again or not sheet.has(file.file, row[DIGEST]):
        waiting.append((file, row[DIGEST], notebook))
    return None


def _grade_all(waiting: list[Waiting], sheet: Sheet, args: argparse.Namespace, stop: threading.Event) -> None:
    """Run what waits, several at a time, and put each into the table as soon as it is done."""
    if not waiting:
        return
    limits = running.Limits(args.cell_timeout, args.timeout, int(args.memory * 1e9))
    keys = answer_keys({notebook.lecture for _, _, notebook in waiting}, args.original, stop)
    sheet.add_exercises([key.id for lecture in sorted(keys) for key in keys[lecture]])
    with ThreadPoolExecutor(args.jobs) as pool, bar(len(waiting), "grading", unit="notebook") as progress:
        runs = {
            pool.submit(running.run, notebook.cells, limits, stop): (file, digest, notebook)
            for file, digest, notebook in waiting
        }
        try:
            for run in as_completed(runs):
                file, digest, notebook = runs[run]
                cells = row(notebook, run.result(), keys.get(notebook.lecture, []))
                sheet.put({"file": file.file, "student": file.student, DIGEST: digest, **cells})
                sheet.save()
                progress.update()
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def answer_keys(lectures: Iterable[int], originals: Iterable[Path], stop: threading.Event) -> Keys:
    """What the solutions of each lecture hand out: of those that an original checks, else of all.

    Raises:
        CourseError: If an original cannot be run.
    """
    keys = {}
    for path in originals:
        lecture, of_original = _keys_of_original(path, stop)
        keys[lecture] = of_original
    rest = sorted(set(lectures) - keys.keys())
    if rest:
        done = _run_trusted((), stop, lectures=rest)
        if done.state != "ended":
            raise CourseError(f"the solutions cannot be run: {done.why}. Type: python -m course_utils.doctor")
        for key in _keys(done):
            keys.setdefault(key.lecture, []).append(key)
    return keys


def _keys_of_original(path: Path, stop: threading.Event) -> tuple[int, list[Key]]:
    try:
        notebook = handed_in.parse(handed_in.content(HandedIn(path, path.name)))
    except CourseError as error:
        raise CourseError(f"{path}: {error}.") from None
    if notebook.lecture is None:
        raise CourseError(f"{path} does not say which lecture it is: start(lecture=…) is missing.")
    done = _run_trusted(notebook.cells, stop, wants_key=True)
    if done.state != "ended":
        raise CourseError(f"{path}, {notebook.name(done.cell)}: {done.why}.")
    for number, error in done.failed.items():
        raise CourseError(f"{path}, {notebook.name(number)} stopped with {error}")
    if not done.keys:
        raise CourseError(f"{path} checks no exercise.")
    return notebook.lecture, _keys(done)


def _run_trusted(cells: Sequence[str], stop: threading.Event, **wanted) -> running.Run:
    return running.run(cells, running.Limits(KEY_SECONDS, KEY_SECONDS, sys.maxsize), stop, **wanted)


def _keys(done: running.Run) -> list[Key]:
    return [Key(key["key"], key["lecture"], key["tolerance"], key["handed"]) for key in done.keys]


def row(notebook: Notebook, done: running.Run, keys: Sequence[Key]) -> dict[str, object]:
    """What the table says of a notebook that was run."""
    marks = {key.id: mark(key, done.handed[key.id]) if key.id in done.handed else NOT_TRIED for key in keys}
    return {
        "lecture": notebook.lecture,
        "status": "graded" if done.state == "ended" else done.state,
        "right": list(marks.values()).count(RIGHT),
        "of": len(marks),
        "remark": " ".join(remarks(notebook, done, marks)),
        "look": "; ".join(notebook.suspicious()),
        **marks,
    }


def remarks(notebook: Notebook, done: running.Run, marks: Mapping[str, str]) -> Iterable[str]:
    """What there is to say of a run, in sentences."""
    if done.why:
        place = "before its first cell" if done.cell is None else f"in {notebook.name(done.cell)}"
        yield _sentence(f"{done.why}, {place}")
    for number, error in list(done.failed.items())[:1]:
        more = f", and {len(done.failed) - 1} more" if len(done.failed) > 1 else ""
        yield _sentence(f"{notebook.name(number)}{more} stopped: {' '.join(error.split())[:200]}")
    if not marks:
        yield f"There are no exercises of lecture {notebook.lecture}; if they are your own, give --original."
    unchecked = [name for name in marks if name not in done.handed]
    if unchecked and not done.why:
        yield f"No check of {', '.join(unchecked)}."
    foreign = [name[:40] for name in done.handed if name not in marks]
    if foreign:
        yield f"Not counted: {', '.join(foreign[:5])}."


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def summary(found: Sequence[HandedIn], others: Sequence[str], sheet: Sheet) -> str:
    """How many notebooks there are of each status, and which to look at."""
    rows = [sheet.rows[safe(file.file)] for file in found]
    counts = ", ".join(f"{count} {status}" for status, count in Counter(row["status"] for row in rows).items())
    lines = [f"{len(rows)} notebook{'s' if len(rows) > 1 else ''}: {counts}. The table is {sheet.path}."]
    lines += [f"Look at {row['file']}: {row['look']}." for row in rows if row.get("look")]
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        lines.append(f"No notebooks, so not graded: {', '.join(map(safe, others[:5]))}{more}.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
