"""Run one notebook in a process of its own, within limits, and end all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

import psutil

TICK = 0.1  # seconds between two looks at a running notebook
LARGEST_FILE = 10**9  # bytes that a notebook may write into one file
LARGEST_REPORT = 64 * 10**6  # bytes that it may hand out
MARK = "COURSE_GRADING"  # the variable by which its processes are found again
# What a notebook needs of the environment. All else, passwords and tokens above all, is kept from it.
PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "KERAS_BACKEND", "COURSE_DATA_DIR"),
    *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),  # Windows
)
PACKAGES = Path(__file__).resolve().parents[2]  # where course_utils is


@dataclass(frozen=True)
class Limits:
    """What a notebook may use.

    Attributes:
        cell: Seconds for one cell.
        notebook: Seconds for all.
        memory: Bytes, with all processes that it started.
    """

    cell: float
    notebook: float
    memory: int


@dataclass
class Run:
    """What running a notebook gave.

    Attributes:
        state: "ended", "timed out" or "stopped".
        why: If it did not end, the reason, as a sentence without its stop.
        cell: The number of the last cell that was begun, from 0; None before the first.
        failed: The cells that stopped with an error, and what it said.
        handed: For each exercise that was checked, what its last check handed out.
        keys: What the solutions hand out, where that was asked for.
        ended: Whether the process said that it did all.
        begun: When that cell was begun, by the monotonic clock.
    """

    state: str = "ended"
    why: str = ""
    cell: int | None = None
    failed: dict[int, str] = field(default_factory=dict)
    handed: dict[str, dict] = field(default_factory=dict)
    keys: list[dict] = field(default_factory=list)
    ended: bool = False
    begun: float = field(default_factory=time.monotonic)

    def take(self, line: bytes) -> None:
        """Take down one line that the process wrote; what is no report is passed over."""
        try:
            content = json.loads(line)
            if "cell" in content:
                self.cell, self.begun = int(content["cell"]), time.monotonic()
            elif "failed" in content:
                self.failed[int(content["failed"])] = str(content["error"])
            elif "key" in content:
                self.keys.append(content)
            elif "id" in content:
                self.handed[str(content["id"])] = content
            elif "end" in content:
                self.ended = True
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return


def run(
    cells: Sequence[str],
    limits: Limits,
    stop: threading.Event,
    *,
    wants_key: bool = False,
    lectures: Sequence[int] = (),
) -> Run:
    """Run the cells of a notebook in a new process, in a new folder that is removed afterwards.

    Args:
        cells: The code.
        limits: What it may use.
        stop: Ends the run when it is set.
        wants_key: Whether the solutions of the exercises that it checks are asked for.
        lectures: Lectures for which all solutions are asked for.

    Raises:
        CancelledError: If `stop` was set.
    """
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as place:
        folder = Path(place).resolve()
        home = folder / "home"
        (home / "tmp").mkdir(parents=True)
        most_seconds = int(limits.notebook * (os.cpu_count() or 1)) + 1
        job = {"cells": list(cells), "wants_key": wants_key, "lectures": list(lectures)}
        job["limits"] = {"cpu_seconds": most_seconds, "file_size": LARGEST_FILE}
        (folder / "job").write_text(json.dumps(job), encoding="ascii")
        mark = uuid.uuid4().hex
        with (folder / "job").open("rb") as stdin, (folder / "report").open("wb") as stdout:
            process = subprocess.Popen(
                [*confinement(home), sys.executable, "-m", "course_utils.grading.child"],
                cwd=home,
                env=environment(home, mark),
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            with (folder / "report").open("rb") as reports:
                return _watch(process, reports, limits, stop)
        finally:
            end(process, mark)


def _watch(process: subprocess.Popen, reports: IO[bytes], limits: Limits, stop: threading.Event) -> Run:
    """Read what the process reports until it ends or passes a limit."""
    done = Run()
    start, rest = time.monotonic(), b""
    while True:
        code = process.poll()
        *lines, rest = (rest + reports.read(LARGEST_REPORT)).split(b"\n")
        for line in lines:
            done.take(line)
        now = time.monotonic()
        if code is not None:
            if not done.ended:
                done.state, done.why = "stopped", f"its process ended {_how(code)}"
            return done
        if stop.is_set():
            raise CancelledError
        if reports.tell() > LARGEST_REPORT:
            why = "stopped", f"it handed out more than {LARGEST_REPORT / 1e6:g} MB"
        elif now - start > limits.notebook:
            why = "timed out", f"it was still running after {limits.notebook:g} s"
        elif done.cell is not None and now - done.begun > limits.cell:
            why = "timed out", f"the cell was still running after {limits.cell:g} s"
        elif memory(process.pid) > limits.memory:
            why = "stopped", f"it took more than {limits.memory / 1e9:g} GB of memory"
        else:
            stop.wait(TICK)
            continue
        done.state, done.why = why
        return done


def _how(code: int) -> str:
    """How a process ended, in words; bubblewrap and shells say 128 + n for signal n."""
    number = -code if code < 0 else code - 128
    with contextlib.suppress(ValueError):
        return f"by signal {signal.Signals(number).name}"
    return f"with exit code {code}"


def memory(pid: int) -> int:
    """Bytes of memory that a process and its children hold."""
    return sum(_held(process) for process in _family(pid))


def _held(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def end(process: subprocess.Popen, mark: str) -> None:
    """Kill a process, its children, its group, and what left both but still carries the mark in its environment."""
    family = _family(process.pid)
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for _ in range(20):  # one that starts others as fast as it can is caught up with
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        psutil.wait_procs(family, timeout=TICK)  # a killed process is seen until its turn comes to die
        family = list(_marked(mark))
        if not family:
            break
    process.wait()


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def environment(home: Path, mark: str) -> dict[str, str]:
    """The variables that a notebook sees: still figures, the small profile, no GPU, a home of its own."""
    path = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        MARK: mark,
        **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(home)),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home / "tmp")),
        "PYTHONPATH": path,
        "PYTHONUSERBASE": site.getuserbase(),  # packages there are found, though the home is another
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COURSE_STATIC": "1",
        "COURSE_PROFILE": "quick",
        "CUDA_VISIBLE_DEVICES": "-1",  # several notebooks at a time would not fit on one card
        "JAX_PLATFORMS": "cpu",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def confinement(home: Path) -> list[str]:
    """What a command begins with to run without a network and to write nowhere but below `home`; [] where not had."""
    return [*_bubblewrap(), "--bind", str(home), str(home), "--chdir", str(home)] if _bubblewrap() else []


@cache
def _bubblewrap() -> tuple[str, ...]:
    """How bubblewrap is called; () if it is not installed or not allowed, as in many containers."""
    program = shutil.which("bwrap")
    if program is None:
        return ()
    command = (
        *(program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *("--tmpfs", "/run"),  # sockets of services, such as Docker's, are files there
    )
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        if subprocess.run([*command, sys.executable, "-c", ""], capture_output=True, timeout=10).returncode == 0:
            return command
    return ()


def is_confined() -> bool:
    """Whether notebooks run without a network and cannot write outside their folder."""
    return bool(_bubblewrap())
