"""Edit a lecture as text: `text 02` writes notebooks/02_….py (percent format); `from-text 02` brings it back.

The text holds sources, ids, tags, minutes and notes. It is not in git.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import jupytext
from nbformat import NotebookNode, from_dict, v4

from course_utils.errors import CourseError
from tools import notebooks

PERCENT = {"extension": ".py", "format_name": "percent"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")


def run(args: argparse.Namespace) -> int:
    """Write each lecture as text beside its notebook."""
    for path in notebooks.find(args.lectures):
        target, text = path.with_suffix(".py"), as_text(notebooks.read(path))
        refuse_pending_edits(target, path, text)
        notebooks.save(target, text)
        print(f"wrote {target.name}; edit it, then: python -m tools from-text {path.stem[:2]}")
    return 0


def refuse_pending_edits(target: Path, notebook: Path, text: str) -> None:
    """Raise CourseError where writing `text` would lose edits that were not brought back to the notebook yet."""
    if not target.exists() or notebooks.text_of(target) == text:
        return
    if target.stat().st_mtime > notebook.stat().st_mtime:
        raise CourseError(
            f"{target.name} has edits that are not in the notebook; bring them back with "
            f"python -m tools from-text {target.stem[:2]}, or delete the file."
        )


def as_text(notebook: NotebookNode) -> str:
    """The notebook's sources in percent format; each cell's header carries its id, tags, minutes and note."""
    bare = v4.new_notebook(metadata={"jupytext": {"notebook_metadata_filter": "-all"}})
    for cell in notebook.cells:
        header = {
            "id": cell["id"],
            **{key: cell.metadata[key] for key in ("tags", "minutes", "note") if key in cell.metadata},
        }
        bare.cells.append(from_dict({**cell, "metadata": header, **({"outputs": []} if "outputs" in cell else {})}))
    return jupytext.writes(bare, fmt=PERCENT)
