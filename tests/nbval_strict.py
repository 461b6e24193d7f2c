"""A pytest plugin (`-p tests.nbval_strict`) that makes nbval strict about what it lets pass.

It names cells by their ids, compares pictures, fails cells that were never executed, notices a dead kernel at once,
stops a lecture at its first error, and ends a run with a table of time and peak memory.
"""

from __future__ import annotations

import difflib
import os
import re
import time
from dataclasses import dataclass, field
from queue import Empty

import pytest
from nbval import plugin as nbval
from nbval.kernel import RunningKernel

from tools import kernels, notebooks, pictures

ANSI = re.compile(r"\x1b\[[0-9;]*m")
ALIVE_CHECK = 2.0  # seconds between two looks at a kernel that is computing


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that relaxes the comparison of pictures."""
    parser.getgroup("nbval").addoption(
        "--pictures",
        choices=("same", "present"),
        default="same",
        help="same: a stored picture must show what the new one shows (default); present: only be there, in its size "
        "(for other seeds and backends)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment that kernels inherit, and collect the table on the process that reports."""
    os.environ.update(kernels.environment())
    nbval.RunningKernel = WatchedKernel
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary(), "nbval-strict-summary")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Replace nbval's collector of a notebook by the strict one."""
    collectors = yield
    return [
        Lecture.from_parent(parent, path=file_path) if isinstance(collector, nbval.IPyNbFile) else collector
        for collector in collectors
    ]


class KernelDiedError(Exception):
    """The kernel's process ended while a cell was running."""


class WatchedKernel(RunningKernel):
    """A kernel whose death is noticed within seconds, not at the cell's timeout."""

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the reply to a request; Empty after `timeout` seconds, KernelDiedError when the process is gone."""
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            try:
                super().await_reply(msg_id, timeout=min(ALIVE_CHECK, max(0.0, deadline - time.monotonic())))
                return
            except Empty:
                if not self.is_alive():
                    raise KernelDiedError from None
                if time.monotonic() >= deadline:
                    raise

    def peak_memory(self) -> int | None:
        """The most memory the kernel has held so far, in bytes."""
        return kernels.peak_memory(self.km.provisioner.pid) if self.is_alive() else None


class Lecture(nbval.IPyNbFile):
    """A notebook under test."""

    stopped_at: str | None = None

    def collect(self):
        """One test a code cell, named by the cell's id."""
        for item in super().collect():
            yield Cell.from_parent(
                self, name=item.cell["id"], cell_num=item.cell_num, cell=item.cell, options=item.options
            )


class Cell(nbval.IPyNbCell):
    """A code cell under test."""

    finished = False  # the code ran to its end; what fails after that is a difference

    def setup(self) -> None:
        """Nothing: `runtest` says itself why a cell after an error is not run."""

    def runtest(self) -> None:
        """Run the cell and compare; after an error (not a mere difference) the lecture's other cells are skipped."""
        if self.parent.stopped_at:
            pytest.skip(f"not run: cell {self.parent.stopped_at} stopped with an error")
        try:
            self.run_and_compare()
        except Exception:
            if not self.finished:
                self.parent.stopped_at = self.name
            raise
        finally:
            self.note_measures()

    def run_and_compare(self) -> None:
        """Run the cell as nbval does, then fail it where nbval would have compared nothing."""
        try:
            super().runtest()
        except KernelDiedError:
            self.raise_cell_error("the kernel died while it ran this cell (out of memory?)")
        self.finished = True
        if self.cell.execution_count is None:
            self.raise_cell_error("it was never executed, so there is nothing to compare with")

    @property
    def repair(self) -> str:
        """What to type when the stored outputs are the ones that are wrong."""
        return f"make notebooks N={self.path.stem[:2]}"

    def note_measures(self) -> None:
        """Attach what the summary needs to the report; it travels from a worker to the main process."""
        self.user_properties.append(("lecture", self.path.stem))
        self.user_properties.append(("memory", self.parent.kernel.peak_memory() or 0))

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Compare texts as nbval does, then the pictures."""
        self.finished = True
        same_text = super().compare_outputs(test, ref, skip_compare=skip_compare)
        return self.compare_pictures(test, ref) and same_text

    def compare_pictures(self, test, ref) -> bool:
        """Whether the stored pictures show what the new ones show; the failure or the summary says what differs."""
        new = [output.data["image/png"] for output in notebooks.pictures(test)]
        stored = [output.data["image/png"] for output in notebooks.pictures(ref)]
        if len(new) != len(stored):
            self.comparison_traceback.append(f"{len(stored)} pictures are stored, the code draws {len(new)}")
            return False
        same = [self.same_picture(*pair) for pair in zip(stored, new, strict=True)]
        return all(same)

    def same_picture(self, stored: str, new: str) -> bool:
        """Whether a stored picture shows what the new one shows, or has its size where it need only be present."""
        if self.config.option.pictures == "present" or "timing" in notebooks.tags(self.cell):
            same_size = pictures.frames(stored).shape == pictures.frames(new).shape
            if not same_size:
                self.comparison_traceback.append("stored figure is stale: its size differs")
            return same_size
        share = pictures.difference(stored, new)
        if share > pictures.STALE:
            self.comparison_traceback.append(
                f"stored figure is stale: {share:.0%} of what is drawn differs ({pictures.STALE:.0%} may)"
            )
        elif not pictures.same_pixels(stored, new):
            self.user_properties.append(("picture", f"{self.path.stem} [{self.name}]: {share:.1%}"))
        return share <= pictures.STALE

    def format_output_compare(self, key: str, left: object, right: object) -> None:
        """Note the lines that differ, whole, for the failure."""
        lines = difflib.unified_diff(str(left).splitlines(), str(right).splitlines(), lineterm="", n=0)
        changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        self.comparison_traceback += [f"{key}: - is stored, + is what the code shows now", *changed]

    def repr_failure(self, excinfo) -> str:
        """Lecture, cell id, what is wrong, the cell's code."""
        error = excinfo.value
        title = f"{self.path.stem} [{self.name}]"
        if not isinstance(error, nbval.NbCellError):
            return f"{title}: {type(error).__name__}: {error}"
        parts = [f"{title}: {error}", "", *(f"    {line}" for line in error.source.splitlines())]
        if error.inner_traceback:
            parts += ["", error.inner_traceback]
        if self.finished:
            parts += ["", f"If the new output is right: {self.repair}"]
        text = "\n".join(parts)
        return text if self.config.option.color == "yes" else ANSI.sub("", text)

    def reportinfo(self):
        """The place that reports name."""
        return self.path, 0, f"{self.path.name}::{self.name}"


@dataclass
class Measures:
    """What one lecture took."""

    cells: int = 0
    seconds: float = 0.0
    memory: int = 0


@dataclass(eq=False)  # a plugin is itself: pytest 8.3 needs its hash
class Summary:
    """Adds up the reports of a run and prints the table at its end."""

    lectures: dict[str, Measures] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of one cell; properties are complete once it has been called."""
        properties = dict(report.user_properties)
        name = properties.get("lecture") or re.split(r"[/\\]", report.nodeid.split("::")[0])[-1].removesuffix(".ipynb")
        if not report.nodeid.split("::")[0].endswith(".ipynb"):
            return
        measures = self.lectures.setdefault(name, Measures())
        measures.seconds += report.duration
        measures.memory = max(measures.memory, int(properties.get("memory", 0)))
        if report.when == "call":
            measures.cells += 1
            self.figures += [text for key, text in report.user_properties if key == "picture"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table and the pictures that differ a little."""
        if not self.lectures:
            return
        terminalreporter.section("lectures")
        terminalreporter.write_line(f"{'lecture':<32} {'cells':>5} {'seconds':>8} {'peak memory':>12}")
        for name, measures in sorted(self.lectures.items()):
            memory = kernels.megabytes(measures.memory or None)
            terminalreporter.write_line(f"{name:<32} {measures.cells:>5} {measures.seconds:>8.1f} {memory:>12}")
        for text in self.figures:
            terminalreporter.write_line(f"figure differs a little, {text} of what is drawn")
