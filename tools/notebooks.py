"""Find, read and write the lectures' notebooks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_utils.errors import CourseError
from tools import files

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
LECTURE_NAME = re.compile(r"(?P<number>\d\d)_[a-z0-9_]+")


def find(names: Sequence[str] = (), folder: Path = FOLDER, suffix: str = ".ipynb") -> list[Path]:
    """The files of the named lectures ("02", "2", or a path); all lectures when none is named.

    Raises:
        CourseError: a name that fits no lecture; the message lists what there is.
    """
    every = sorted(path for path in folder.glob(f"*{suffix}") if LECTURE_NAME.fullmatch(path.stem))
    return [_find_one(name, every, suffix) for name in names] if names else every


def _find_one(name: str, every: list[Path], suffix: str) -> Path:
    if name.endswith(suffix) and Path(name).is_file():
        return Path(name).resolve()
    for path in every:
        if name in (path.stem, path.name) or (name.isdigit() and int(name) == number(path)):
            return path
    there = ", ".join(path.stem for path in every) or "none yet"
    raise CourseError(f"no lecture {name!r} among the {suffix} files of notebooks/; there is: {there}")


def number(path: Path) -> int:
    """The lecture's number, from its file name."""
    match = LECTURE_NAME.fullmatch(path.stem)
    if match is None:
        raise CourseError(f"{path.name}: a lecture is named like 02_backpropagation.ipynb")
    return int(match["number"])


def text_of(path: Path) -> str:
    """The file's text with its line ends as they are."""
    return path.read_bytes().decode("utf-8")


def read(path: Path) -> NotebookNode:
    """The notebook in the file (format 4; the ids in the file are kept)."""
    return loads(text_of(path), path.name)


def loads(text: str, name: str) -> NotebookNode:
    """The notebook in the text.

    Raises:
        CourseError: the text is no notebook; the message names it.
    """
    try:
        return nbformat.reads(text, as_version=4)
    except nbformat.reader.NotJSONError as error:
        raise CourseError(f"{name} is no notebook: {error}") from None


def dumps(notebook: NotebookNode) -> str:
    """The notebook's bytes as text: indent 1, sorted keys, one newline at the end."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def save(path: Path, text: str) -> None:
    """Write the text with LF line ends, whole or not at all."""
    files.replace(path, text.encode("utf-8"))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def digest(notebook: NotebookNode) -> str:
    """SHA-256 of the sources of the code cells, in order: it changes when stored outputs may be out of date."""
    sources = hashlib.sha256()
    for cell in code_cells(notebook):
        sources.update(cell.source.encode("utf-8") + b"\0")
    return sources.hexdigest()


def cell_digest(cell: NotebookNode) -> str:
    """Enough of the SHA-256 of a cell's source to tell whether it changed."""
    return hashlib.sha256(cell.source.encode("utf-8")).hexdigest()[:12]


def stamp(notebook: NotebookNode) -> None:
    """Note in the metadata that the stored outputs belong to the code as it is now, in place."""
    cells = {cell["id"]: cell_digest(cell) for cell in code_cells(notebook)}
    notebook.metadata["course"] = {"cells": cells, "digest": digest(notebook)}


def stored_digest(notebook: NotebookNode) -> str | None:
    """The digest of the code that made the stored outputs, or None."""
    return notebook.metadata.get("course", {}).get("digest")


def is_current(notebook: NotebookNode) -> bool:
    """Whether the stored outputs belong to the code as it is."""
    return not changed_since_run(notebook) and stored_digest(notebook) == digest(notebook)


def changed_since_run(notebook: NotebookNode) -> list[str]:
    """The ids of the code cells that are new or changed since the lecture was executed."""
    then = notebook.metadata.get("course", {}).get("cells", {})
    return [
        cell["id"]
        for cell in code_cells(notebook)
        if cell.execution_count is None or then.get(cell["id"]) != cell_digest(cell)
    ]


def tags(cell: NotebookNode) -> list[str]:
    """The cell's tags."""
    return list(cell.metadata.get("tags", []))


def pictures(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs that hold a PNG picture, in order."""
    return [output for output in outputs if "image/png" in output.get("data", {})]
