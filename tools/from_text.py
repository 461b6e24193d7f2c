"""Bring lectures back from the text that `python -m tools text` wrote.

Outputs stay in the notebook: they are kept for the code cells that did not change and dropped for the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from course_utils.errors import CourseError
from tools import notebooks
from tools.format import formatted
from tools.text import PERCENT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all that have a text")


def run(args: argparse.Namespace) -> int:
    """Bring each lecture back from its text; a notebook that does not exist is made."""
    for source in notebooks.find(args.lectures, suffix=".py"):
        path = source.with_suffix(".ipynb")
        old = notebooks.text_of(path) if path.exists() else None
        new = from_text(source.read_text(encoding="utf-8"), old, path)
        if new == old:
            print(f"{path.name}: nothing changed")
            continue
        notebooks.save(path, new)
        print(f"wrote {path.name}; {state(notebooks.loads(new, path.name), path)}")
    return 0


def state(notebook: NotebookNode, path: Path) -> str:
    """Whether the stored outputs still belong to the code."""
    if notebooks.is_current(notebook):
        return "its outputs are up to date"
    changed = notebooks.changed_since_run(notebook)
    return f"{len(changed)} code cell{'s' * (len(changed) != 1)} changed, now: make notebooks N={path.stem[:2]}"


def from_text(text: str, old: str | None, path: Path) -> str:
    """The canonical notebook with the sources of `text` and, for unchanged code cells, the outputs of `old`."""
    notebook = jupytext.reads(text, fmt=PERCENT)
    for cell in notebook.cells:
        cell["id"] = str(cell.metadata.pop("id", ""))
        if not cell["id"]:
            raise CourseError(f'{path.stem}.py: a cell without an id, write `# %% id="…"`: {cell.source[:60]!r}')
    new = notebooks.loads(formatted(notebooks.dumps(notebook), path), path.name)
    if old is not None:
        keep_outputs(new, notebooks.loads(old, path.name))
    return formatted(notebooks.dumps(new), path)


def keep_outputs(new: NotebookNode, old: NotebookNode) -> None:
    """Copy outputs, counts and digest from `old` for the code cells whose id and source did not change, in place."""
    before = {cell["id"]: cell for cell in notebooks.code_cells(old)}
    for cell in notebooks.code_cells(new):
        same = before.get(cell["id"])
        if same is not None and same.source == cell.source:
            cell.outputs, cell.execution_count = same.outputs, same.execution_count
    if notebooks.stored_digest(old):
        new.metadata["course"] = old.metadata["course"]
