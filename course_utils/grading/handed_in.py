"""What was handed in: find the notebooks of a class, and read one without running anything."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.errors import CourseError

LARGEST = 50 * 10**6  # bytes; a lecture with all its pictures has 2 million
NOT_HANDED_IN = {".ipynb_checkpoints", "__MACOSX"}  # folders that programs leave behind
MOODLE = re.compile(r"(.+?)_\d+_assignsubmission_.*")  # Surname Name_123_assignsubmission_file_…
CANVAS = re.compile(r"([^_]+)(?:_LATE)?_\d+_\d+_.+")  # surnamename_LATE_123_456_07_regularization
LECTURE_NAME = re.compile(r"[ _-]*\d\d_[A-Za-z0-9_]+(?:[ -]?\(?\d*\)?)?$")  # …_07_regularization, … (1)
START = re.compile(r"^[^#\n]*(?<![\w.])start\(\s*(?:lecture\s*=\s*)?(\d{1,4})\b", re.MULTILINE)
# What an honest notebook has no need of: pattern → words. No guard: results are compared where no student's code runs.
SUSPICIOUS = {
    r"^\s*check\s*=(?!=)|\b(?:def|class)\s+check\b|\bas\s+check\b": "it replaces check",
    r"\.(?:reference|wrong_answers|defined_by)\b|(?<!course_utils)(?<!exercises)\.solution\b": "code reads a solution",
    r"exercises\b.*\b(?:checking|marking|registry|get|of_lecture|EXERCISES)\b": "it reaches into the checker",
    r"\b_EXERCISES\b|lecture_\d\d import .*[A-Z_]{4}": "it imports exercises",
    r"course_utils[. ](?:import )?grad|COURSE_GRADING|\bos\.(?:write|fdopen|dup2?)\(": "it reaches into the grading",
}


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in.

    Attributes:
        path: Where it is.
        file: How the table names it: relative to the folder that was given.
        root: The folder that was given; None for a file that was given itself.
    """

    path: Path
    file: str
    root: Path | None = None

    @property
    def student(self) -> str:
        """Who handed it in, as far as folder and file name tell."""
        first, *below = Path(self.file).parts if self.root else (self.path.name,)
        name = first if below else self.path.stem
        for pattern in (MOODLE, CANVAS):
            if match := pattern.fullmatch(name):
                return match[1]
        return name if below else LECTURE_NAME.sub("", name) or name


@dataclass(frozen=True)
class Notebook:
    """A notebook that can be run.

    Attributes:
        names: What each code cell is called: its id, else its place.
        cells: The code of each code cell.
        lecture: What `start` is given; None if it is not called.
    """

    names: tuple[str, ...]
    cells: tuple[str, ...]
    lecture: int | None

    def suspicious(self) -> list[str]:
        """What it does that an honest notebook has no need of, in words."""
        code = "\n".join(self.cells)
        return [words for sign, words in SUSPICIOUS.items() if re.search(sign, code, re.MULTILINE)]

    def name(self, number: object) -> str:
        """What a cell is called, for a sentence."""
        known = isinstance(number, int) and 0 <= number < len(self.names)
        return f"cell {self.names[number]:.40}" if known else "a cell"


def find(given: Sequence[Path]) -> tuple[list[HandedIn], list[str]]:
    """The notebooks in folders or among files, in the order of their names, and the names of all other files.

    Raises:
        CourseError: If something is not there, or no notebook is.
    """
    notebooks, others = [], []
    for path in given:
        if path.is_dir():
            for file in _files(path):
                inside = file.relative_to(path).as_posix()
                shown = inside if len(given) == 1 else (path / inside).as_posix()
                if file.suffix.lower() == ".ipynb" or file.is_dir():
                    notebooks.append(HandedIn(file, _readable(shown), path))
                else:
                    others.append(_readable(shown))
        elif path.exists() or path.is_symlink():
            notebooks.append(HandedIn(path, _readable(path.as_posix())))
        else:
            raise CourseError(f"there is no folder or notebook {str(path)!r}. Give the folder with what was handed in.")
    if not notebooks:
        raise CourseError(
            f"no notebook (*.ipynb) in {', '.join(map(str, given))}. If it holds an archive, unpack that."
        )
    return list({notebook.file: notebook for notebook in notebooks}.values()), others


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, and the links to folders that lead out of it, which are not followed."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if _leads_out(Path(place, name), folder)]
        folders[:] = sorted(name for name in folders if name not in NOT_HANDED_IN and not name.startswith("."))
        yield from (Path(place, name) for name in sorted([*files, *links]) if not name.startswith("."))


def _leads_out(path: Path, root: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(root.resolve())


def _readable(name: str) -> str:
    """A name in which bytes that are no text are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def content(handed_in: HandedIn) -> bytes:
    """The bytes of a file.

    Raises:
        CourseError: If it is none of those that are read; the message is for the table.
    """
    path = handed_in.path
    if handed_in.root and _leads_out(path, handed_in.root):
        raise CourseError("a link that leads out of the folder; it was not followed")
    if not path.is_file():
        raise CourseError("no file, but something else of that name")
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CourseError(f"a file of {size / 1e6:.0f} MB; more than {LARGEST / 1e6:.0f} MB are not read")
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"it cannot be read: {error.strerror}") from None


def digest(data: bytes) -> str:
    """By what a file is known again."""
    return hashlib.sha256(data).hexdigest()[:16]


def parse(data: bytes) -> Notebook:
    """The code of a notebook.

    Raises:
        CourseError: If it is no notebook; the message is for the table.
    """
    if not data.strip():
        raise CourseError("an empty file")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        is_page = data.lstrip()[:1] == b"<"
        raise CourseError("a web page, no notebook" if is_page else "no notebook: damaged, or another format") from None
    try:
        if notebook["nbformat"] < 4:
            raise CourseError("a notebook of an old format: open it in JupyterLab and save it")
        numbered = enumerate(notebook["cells"], start=1)
        code = [(str(cell.get("id", place)), "".join(cell["source"])) for place, cell in numbered if is_code(cell)]
    except (KeyError, TypeError, AttributeError):
        raise CourseError("no notebook: its parts are missing") from None
    names, cells = (tuple(pair[side] for pair in code) for side in (0, 1))
    match = START.search("\n".join(cells))
    return Notebook(names, cells, int(match[1]) if match else None)


def is_code(cell: dict) -> bool:
    """Whether a cell holds code."""
    return cell["cell_type"] == "code"
