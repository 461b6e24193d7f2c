"""Run lectures in fresh kernels and store what they show.

A lecture that stops with an error, or writes to stderr, leaves its file as it was. A stored picture is kept byte for
byte when its pixels agree, so that the history stays small.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course_utils.errors import CourseError
from tools import kernels, notebooks
from tools.format import formatted
from tools.pictures import same_pixels

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--timeout", type=float, default=kernels.CELL_TIMEOUT, help="seconds for one cell")


def run(args: argparse.Namespace) -> int:
    """Execute the lectures one after the other; the first that fails ends the run."""
    for path in notebooks.find(args.lectures):
        try:
            print(execute(path, args.timeout), flush=True)
        except CourseError as error:
            print(error)
            return 1
    return 0


def execute(path: Path, timeout: float) -> str:
    """Run one lecture, store its outputs, and return one line: seconds, peak memory, the cells that changed.

    Raises:
        CourseError: a cell failed; the message names lecture and cell. The file is unchanged.
    """
    old_text = notebooks.text_of(path)
    old = notebooks.loads(old_text, path.name)
    new = notebooks.loads(formatted(old_text, path), path.name)
    start = time.perf_counter()
    memory = run_cells(new, path, timeout)
    seconds = time.perf_counter() - start
    for cell in notebooks.code_cells(new):
        merge_streams(cell)
        refuse_stderr(cell, path)
    keep_pictures(new, old)
    notebooks.stamp(new)
    new_text = formatted(notebooks.dumps(new), path)
    if new_text != old_text:
        notebooks.save(path, new_text)
    changed = ", ".join(changed_cells(notebooks.loads(new_text, path.name), old)) or "none"
    return f"{path.stem}: {seconds:.1f} s, {kernels.megabytes(memory)} at most; outputs changed: {changed}"


def run_cells(notebook: NotebookNode, path: Path, timeout: float) -> int | None:
    """Run every code cell in one fresh kernel, in place; return the kernel's peak memory in bytes."""
    client = NotebookClient(
        notebook, timeout=timeout, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    return drive(client, path, kernels.default_environment())


def drive(client: NotebookClient, path: Path, environment: dict[str, str]) -> int | None:
    """Run the client's notebook, which `path` names in errors; return the kernel's peak memory in bytes.

    Raises:
        CourseError: A cell failed, took too long, or killed the kernel; the message names lecture and cell.
    """
    with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
        for index, cell in enumerate(client.nb.cells):
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                raise CourseError(f"{path.stem} [{cell['id']}]: still running after {client.timeout:g} s") from None
            except DeadKernelError:
                raise CourseError(f"{path.stem} [{cell['id']}]: the kernel died (out of memory?)") from None
            except CellExecutionError as error:
                raise CourseError(f"{path.stem} [{cell['id']}]: {short(error)}") from None
        return kernels.peak_memory(client.km.provisioner.pid)


def short(error: CellExecutionError) -> str:
    """The error and the last lines of its traceback, without colours."""
    lines = ANSI.sub("", error.traceback).rstrip().splitlines()
    return "\n    ".join([f"{error.ename}: {error.evalue}", *lines[-12:]])


def merge_streams(cell: NotebookNode) -> None:
    """Join neighbouring pieces of the same stream, in place: where the kernel cuts them depends on timing."""
    merged: list[NotebookNode] = []
    for output in cell.outputs:
        is_stream = output.output_type == "stream"
        if is_stream and merged and merged[-1].output_type == "stream" and merged[-1].name == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    cell.outputs = merged


def refuse_stderr(cell: NotebookNode, path: Path) -> None:
    """Raise CourseError where a cell wrote to stderr: a warning is mended, not stored."""
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise CourseError(f"{path.stem} [{cell['id']}]: it writes to stderr: {output.text.strip()[:500]}")


def keep_pictures(new: NotebookNode, old: NotebookNode) -> None:
    """Put the old bytes of each picture back where the pixels agree, in place."""
    before = {cell["id"]: notebooks.pictures(cell.outputs) for cell in notebooks.code_cells(old)}
    for cell in notebooks.code_cells(new):
        for now, then in zip(notebooks.pictures(cell.outputs), before.get(cell["id"], []), strict=False):
            if same_pixels(now.data["image/png"], then.data["image/png"]):
                now.data["image/png"] = then.data["image/png"]


def changed_cells(new: NotebookNode, old: NotebookNode) -> list[str]:
    """The ids of the code cells whose outputs are not those stored before."""
    before = {cell["id"]: cell.outputs for cell in notebooks.code_cells(old)}
    return [cell["id"] for cell in notebooks.code_cells(new) if before.get(cell["id"]) != cell.outputs]
