"""A class on one machine: students log in to the hub of `deploy/`, open lecture 00 and run all of it, all at once.

`sudo .venv/bin/python -m benchmarks.hub --students 2` prints the tables of a smaller class.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
from websocket import WebSocketException

from benchmarks import classroom
from benchmarks.student import OVERHEAR, SECRET, TALK, Kernel, Student, claims, claims_about_time, differences
from course_utils.errors import CourseError
from tools import notebooks

STUDENTS = 10
LIMIT = 600  # seconds for the whole class
LECTURE = "my_course/00_start_here.ipynb"  # in a student's home
CLASSES = (30, 100, 1000)
WAITS = (60, 180)  # seconds that a class may wait for a lecture that all start at once
GB = 1e9
PROJECTION = """\
**A projection, not a run.** It assumes that memory and processor seconds grow in proportion to the students, that all \
start the same lecture at the same moment, each with one lecture open, and that cores are as fast as these and do \
nothing else. The hub itself and the system come on top."""


@dataclass
class Measured:
    """What a class took and used.

    Attributes:
        seconds: By what students did, the seconds that each needed.
        peaks: Bytes per student: the peaks of the student's processes added up.
        together: The most bytes that all students held at one time, what they share counted once.
        processor: Processor seconds per student for the lecture.
        others: Processor cores that all other programs used meanwhile.
        claims: How many claims the lecture makes.
        timed: How many of them are about run times.
        disturbed: Students for whom one of those did not hold.
    """

    seconds: dict[str, list[float]]
    peaks: list[int]
    together: int
    processor: float
    others: float
    claims: int
    timed: int
    disturbed: int


def run(count: int = STUDENTS) -> str:
    """The tables: what a class of ten took and used, and what that means for larger ones.

    Raises:
        CourseError: A student saw something that is not stored, or could read what belongs to another.
    """
    measured = measure(count)
    return "\n\n".join([introduction(count, measured), times(measured), usage(measured), projection(measured)])


def measure(count: int) -> Measured:
    """Let a class of so many students do the lecture.

    Raises:
        CourseError: Something is missing, a student could not go on, saw something else, or could read across.
    """
    deadline = time.monotonic() + LIMIT
    # The pool is left last: what its threads wait for is gone once the hub has ended.
    with ThreadPoolExecutor(count) as pool, classroom.users(count) as passwords, classroom.hub() as (address, process):
        students = [Student(address, name, password, deadline) for name, password in passwords.items()]
        with classroom.Meter(list(passwords)) as meter:
            seconds = {"log in": at_once(pool, students, Student.log_in)[0]}
            seconds["server ready"] = at_once(pool, students, Student.start_server)[0]
            busy, used, began = busy_seconds(), meter.seconds, time.monotonic()
            seconds["lecture 00, run all"], done = at_once(pool, students, lambda student: student.run_all(LECTURE))
            used = meter.seconds - used
            others = max(0.0, busy_seconds() - busy - used) / (time.monotonic() - began)
        require_same(students, done)
        require_apart(pool, students, process)
    verdicts = [claims(notebook) for notebook in done]
    timed = claims_about_time(done[0])
    disturbed = sum(not all(held[statement] for statement in timed) for held in verdicts)
    return Measured(
        seconds=seconds,
        peaks=list(meter.peaks.values()),
        together=meter.together,
        processor=used / count,
        others=others,
        claims=len(verdicts[0]),
        timed=len(timed),
        disturbed=disturbed,
    )


def at_once(pool: ThreadPoolExecutor, students: Sequence[Student], act: Callable) -> tuple[list[float], list]:
    """Let all students do the same thing at once; return the seconds that each needed, and what each got.

    Raises:
        CourseError: One could not, or not before the deadline.
    """

    def timed(student: Student) -> tuple[float, object]:
        began = time.monotonic()
        try:
            result = act(student)
        except (OSError, WebSocketException) as error:
            raise CourseError(f"{student.name} could not go on: {error}") from error
        return time.monotonic() - began, result

    seconds, results = zip(*pool.map(timed, students), strict=True)
    return list(seconds), list(results)


def busy_seconds() -> float:
    """Processor seconds that all programs of the machine have used so far."""
    spent = psutil.cpu_times()
    return sum(spent[:4]) - spent.idle


def require_same(students: Sequence[Student], done: Sequence) -> None:
    """Look whether each student's lecture shows what is stored.

    Raises:
        CourseError: One does not; the message names student and cells.
    """
    stored = notebooks.read(notebooks.FOLDER / Path(LECTURE).name)
    for student, notebook in zip(students, done, strict=True):
        cells = differences(notebook, stored)
        if cells:
            raise CourseError(f"{student.name} does not see what is stored, in the cells {', '.join(cells)}")


def require_apart(pool: ThreadPoolExecutor, students: Sequence[Student], hub_process: psutil.Process) -> None:
    """Let all students try to read each other's files and those of the hub, and look at what listens where.

    Raises:
        CourseError: Somebody can read what belongs to another; or the test could not see it if they did.
    """
    at_once(pool, students, lambda student: student.hide())
    secrets = {student: f"{Path('/home', student.name, SECRET)}" for student in students}
    state = hub_process.cwd()
    hidden = [*secrets.values(), f"{state}/jupyterhub.sqlite", f"{state}/jupyterhub_cookie_secret"]
    _, all_read = at_once(pool, students, lambda student: student.readable_by_kernel(hidden))
    _, all_served = at_once(pool, students, lambda student: student.readable_by_server(hidden))
    for student, read, served in zip(students, all_read, all_served, strict=True):
        if read != [secrets[student]] or not student.can_use(student):
            raise CourseError(f"{student.name} should read one file, {secrets[student]}, but can read {read}")
        if served:
            raise CourseError(f"the server of {student.name} gives out {', '.join(served)}")
        for other in students:
            if other is not student and student.can_use(other):
                raise CourseError(f"{student.name} can use the server of {other.name}")
    require_quiet(students, hub_process)


def require_quiet(students: Sequence[Student], hub_process: psutil.Process) -> None:
    """Let the last student listen to what the first one's kernel shows, and look at where things listen.

    Raises:
        CourseError: The last one hears something, or another machine could.
    """
    first, last = students[0], students[-1]
    with Kernel(first, LECTURE) as talking, Kernel(last, LECTURE) as listening:
        open_ports = classroom.listening([student.name for student in students], hub_process)
        require_loopback([where for _, where, _ in open_ports])
        ports = [port for owner, _, port in open_ports if owner == first.name]
        talking.send(TALK)
        (heard,) = listening.execute(OVERHEAR.format(ports=ports))
    if first is not last and heard.text.strip() != "nothing":
        raise CourseError(f"{last.name} can listen to what the kernel of {first.name} shows")


def require_loopback(addresses: Sequence[str]) -> None:
    """Look whether no port can be reached from another machine.

    Raises:
        CourseError: One can, or there is none, so that the test looked at the wrong place.
    """
    elsewhere = sorted(set(addresses) - {"127.0.0.1", "::1"})
    if elsewhere or not addresses:
        raise CourseError(f"the hub should listen on the loopback only, and listens on {elsewhere or 'nothing'}")


def introduction(count: int, measured: Measured) -> str:
    """What was run, and what was true at its end."""
    return (
        f"{count} students, each a system user, log in to the hub of [deploy/](../deploy/README.md) at the same time, "
        "over the loopback; then all start their servers; then all open lecture 00 in their homes and run it from top "
        f"to end. All {count} finished and saw the stored outputs in every cell (measured numbers aside), and none saw "
        f"✗ at one of the {measured.claims - measured.timed} claims about results. At the {measured.timed} claims "
        "about run times, which hold where a kernel has its cores to itself, "
        f"{measured.disturbed} of {count} saw ✗. "
        "None could read another's files, through server or kernel, use another's server, or read the hub's own files; "
        "nor could one listen to another's kernel.\n\n"
        "Programs that are no student's (hub, proxy, this test, and whatever else ran on the machine) used "
        f"{measured.others:.1f} of the {os.cpu_count()} cores during the lecture."
    )


def times(measured: Measured) -> str:
    """The table of seconds."""
    rows = [f"| {name} | {statistics.median(s):.1f} | {max(s):.1f} |" for name, s in measured.seconds.items()]
    return "\n".join(["| all at once | seconds, median | slowest student |", "|---|---|---|", *rows])


def usage(measured: Measured) -> str:
    """The table of what one student uses."""
    rows = [
        f"| memory, in a class: what students share counts once | {share(measured) / GB:.2f} GB |",
        f"| memory, alone: server and kernel at their peaks, for a limit | {max(measured.peaks) / GB:.2f} GB |",
        f"| processor, for the lecture | {measured.processor:.0f} s |",
    ]
    return "\n".join(["| one student | |", "|---|---|", *rows])


def projection(measured: Measured) -> str:
    """The table of larger classes, with what it assumes."""
    header = ["students", "memory", *(f"cores, for run-all within {wait} s" for wait in WAITS)]
    rows = [
        [f"{count:,}", f"{count * share(measured) / GB:,.0f} GB", *(f"{cores(measured, count, w):,}" for w in WAITS)]
        for count in CLASSES
    ]
    return "\n".join([PROJECTION, "", row(header), "|---" * len(header) + "|", *map(row, rows)])


def row(cells: Sequence[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def share(measured: Measured) -> float:
    """Bytes of memory that one student adds to a class."""
    return measured.together / len(measured.peaks)


def cores(measured: Measured, count: int, wait: float) -> int:
    """The cores on which so many students finish a lecture within so many seconds."""
    return -int(-count * measured.processor // wait)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hub", description=__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS, choices=range(1, STUDENTS + 1), metavar="1…10")
    try:
        print(run(parser.parse_args().students))
    except CourseError as error:
        parser.exit(1, f"{error}\n")
