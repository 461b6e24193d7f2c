"""Plant the small wrong edits of tests/mutations/NN.toml, one at a time, and see each caught.

    [[mutation]]
    name = "error of the hidden layer: transpose dropped"
    cell = "network-experiment-backward"      # or: file = "course_utils/probes.py"
    find = "W2.T @ e2"
    replace = "W2 @ e2"
    caught_by = "nbval"                       # or: "tests/test_probes.py::test_gradient"

Everything happens in a copy of the tree. An edit is caught when an output differs or an assertion fails; a run that
merely breaks proves nothing about the tests, and so counts as not caught.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.errors import CourseError
from tools import kernels, notebooks
from tools.nbval import pytest_command

FEWEST = 6
NBVAL = "nbval"


@dataclass(frozen=True)
class Mutation:
    """A wrong edit: where (a cell's id, or a file's path from the root), what, and which run must notice."""

    name: str
    find: str
    replace: str
    caught_by: str
    cell: str = ""
    file: str = ""

    @property
    def place(self) -> str:
        """Where the edit goes, for people."""
        return f"[{self.cell}]" if self.cell else self.file

    def mutated(self, root: Path, lecture: str) -> tuple[Path, str]:
        """The file that the edit changes and its new text.

        Raises:
            CourseError: the place does not exist, or `find` does not stand there exactly once.
        """
        if self.file:
            path = root / self.file
            if not path.is_file():
                raise CourseError(f"mutation {self.name!r}: there is no file {self.file}")
            return path, self._replaced(path.read_text(encoding="utf-8"))
        path = root / "notebooks" / f"{lecture}.ipynb"
        notebook = notebooks.read(path)
        for cell in notebooks.code_cells(notebook):
            if cell["id"] == self.cell:
                cell.source = self._replaced(cell.source)
                return path, notebooks.dumps(notebook)
        raise CourseError(f"mutation {self.name!r}: {lecture} has no code cell {self.cell}")

    def _replaced(self, text: str) -> str:
        count = text.count(self.find)
        if count != 1:
            raise CourseError(
                f"mutation {self.name!r}: {self.find!r} stands {count} times in {self.place}, must be once"
            )
        return text.replace(self.find, self.replace)


@dataclass(frozen=True)
class Outcome:
    """How a run on the mutated tree ended."""

    caught: bool
    note: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--only", metavar="NAME", help="only the mutations whose name contains this")


def run(args: argparse.Namespace) -> int:
    """Apply the mutations of each lecture; 1 where one survives."""
    survived = 0
    for path in notebooks.find(args.lectures):
        chosen = [mutation for mutation in load(path) if (args.only or "") in mutation.name]
        if not chosen:
            raise CourseError(f"{path.stem} has no mutation with {args.only!r} in its name")
        survived += sum(not caught for caught in try_all(chosen, path))
    return 1 if survived else 0


def load(lecture: Path) -> list[Mutation]:
    """The mutations of a lecture, each checked to fit the tree as it is.

    Raises:
        CourseError: there is no file of mutations, or one of them is not well made.
    """
    file = notebooks.ROOT / "tests" / "mutations" / f"{notebooks.number(lecture):02d}.toml"
    if not file.is_file():
        raise CourseError(
            f"{lecture.stem} has no mutations yet; write {FEWEST} or more into tests/mutations/{file.name}"
        )
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("mutation", [])
    mutations = [parse(entry, file.name) for entry in entries]
    for mutation in mutations:
        mutation.mutated(notebooks.ROOT, lecture.stem)
    return mutations


def parse(entry: dict[str, str], source: str) -> Mutation:
    """One table of the file as a Mutation."""
    try:
        mutation = Mutation(**entry)
    except TypeError as error:
        raise CourseError(f"{source}: {entry.get('name', entry)}: {error}") from None
    if bool(mutation.cell) == bool(mutation.file):
        raise CourseError(f"{source}: {mutation.name}: give either a cell or a file")
    if mutation.find == mutation.replace:
        raise CourseError(f"{source}: {mutation.name}: the edit changes nothing")
    if mutation.caught_by != NBVAL and "::" not in mutation.caught_by:
        raise CourseError(f'{source}: {mutation.name}: caught_by is "nbval" or like "tests/test_x.py::test_y"')
    return mutation


def try_all(mutations: Sequence[Mutation], lecture: Path) -> list[bool]:
    """Try the mutations on one copy of the tree, print a line for each, and return which were caught."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        root = Path(folder)
        copy_tree(notebooks.ROOT, root)
        for target in dict.fromkeys(mutation.caught_by for mutation in mutations):
            failures = failures_of(target, root, lecture.stem)
            if failures:
                raise CourseError(f"{target} fails without any mutation: {failures[0]['test']}: {failures[0]['error']}")
        return [try_one(mutation, root, lecture.stem) for mutation in mutations]


def try_one(mutation: Mutation, root: Path, lecture: str) -> bool:
    """Apply one mutation in the copy, run what must catch it, take it back; print one line."""
    start = time.perf_counter()
    path, text = mutation.mutated(root, lecture)
    original = path.read_bytes()
    notebooks.save(path, text)
    try:
        outcome = judge(failures_of(mutation.caught_by, root, lecture))
    finally:
        path.write_bytes(original)
    verdict = "caught  " if outcome.caught else "SURVIVED"
    seconds = time.perf_counter() - start
    print(f"{verdict} {seconds:6.1f} s  {lecture} {mutation.place} {mutation.name} — {outcome.note}", flush=True)
    return outcome.caught


def judge(failures: Sequence[dict]) -> Outcome:
    """Whether the failures show that a comparison noticed the edit."""
    if not failures:
        return Outcome(False, "nothing failed")
    comparisons = [failure["test"] for failure in failures if failure["compared"]]
    if comparisons:
        return Outcome(True, f"by {comparisons[0].rsplit('/', 1)[-1]}")
    return Outcome(
        False, f"{failures[0]['test'].rsplit('/', 1)[-1]} broke ({failures[0]['error']}): no comparison saw it"
    )


def failures_of(target: str, root: Path, lecture: str) -> list[dict]:
    """The failures of the strict nbval run of the lecture, or of the named test, in the tree at `root`.

    Raises:
        CourseError: pytest itself could not run, or the target does not exist.
    """
    report = root / "failures.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", target]
    if target == NBVAL:
        command = pytest_command([root / "notebooks" / f"{lecture}.ipynb"])
    command += ["-x", "-q", "-p", "no:cacheprovider", "-p", "tools.failure_kinds", "--failure-kinds", str(report)]
    environment = {**kernels.default_environment(), "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        raise CourseError(f"{target}: pytest could not run: {(result.stdout + result.stderr).strip()[-800:]}")
    return json.loads(report.read_text(encoding="utf-8"))


def copy_tree(source: Path, target: Path) -> None:
    """Copy what git tracks or would add; nothing ignored, so no environment and no caches."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=source, capture_output=True, check=True).stdout
    for name in map(os.fsdecode, filter(None, listed.split(b"\0"))):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)
