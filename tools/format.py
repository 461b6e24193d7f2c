"""Give every notebook its one canonical form, so that two runs of the same code leave the same bytes.

Readable ids, slide types from the ids, whitelisted metadata, sequential counts, no widget state, code formatted by
ruff. Formatting twice changes nothing more.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from nbformat import NotebookNode, from_dict, validate

from course_utils.errors import CourseError
from tools import anatomy, notebooks

RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]+)?")
WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURE_KEYS = ("alt", "height", "width")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where something would change")


def run(args: argparse.Namespace) -> int:
    """Format the lectures; with --check only say what would change."""
    changed = 0
    for path in notebooks.find(args.lectures):
        old = notebooks.text_of(path)
        new = formatted(old, path)
        if old == new:
            continue
        changed += 1
        if args.check:
            print(f"{path.name} is not in its canonical form — repair: python -m tools format {path.stem[:2]}")
        else:
            notebooks.save(path, new)
            print(f"formatted {path.name}")
    return 1 if args.check and changed else 0


def formatted(text: str, path: Path) -> str:
    """The canonical text of the notebook in `text`; `path` (which need not exist) names it in errors."""
    notebook = notebooks.loads(text.replace("\r\n", "\n"), path.name)
    give_readable_ids(notebook)
    normalise(notebook)
    notebook = notebooks.loads(format_code(notebooks.dumps(notebook), path), path.name)
    normalise(notebook)
    validate(notebook)
    return notebooks.dumps(notebook)


def format_code(text: str, path: Path) -> str:
    """The notebook text with its code cells formatted by ruff.

    Raises:
        CourseError: ruff is not installed, or a code cell is not Python.
    """
    settings = ["--config", str(notebooks.ROOT / "pyproject.toml"), "--stdin-filename", str(path)]
    command = [sys.executable, "-m", "ruff", "format", *settings, "-"]
    result = subprocess.run(command, input=text.encode("utf-8"), capture_output=True, check=False)
    if result.returncode:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines() or ["ruff gave no reason"]
        raise CourseError(f"{path.name}: ruff cannot format it: {lines[-1]}")
    return result.stdout.decode("utf-8")


def normalise(notebook: NotebookNode) -> None:
    """Bring everything but the ids and the code's layout into canonical form, in place."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    count = 0
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines()).strip("\n")
        cell.metadata = cell_metadata(cell)
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            count += 1
            normalise_run(cell, count)
    notebook.metadata = notebook_metadata(notebook)


def cell_metadata(cell: NotebookNode) -> NotebookNode:
    """The metadata that a cell keeps: tags, minutes, a note, and the slide type that its id gives."""
    kept = {key: cell.metadata[key] for key in ("minutes", "note", "tags") if cell.metadata.get(key)}
    slide = anatomy.slide_type(cell["id"], notebooks.tags(cell))
    if slide is not None:
        kept["slideshow"] = {"slide_type": slide}
    return from_dict(kept)


def notebook_metadata(notebook: NotebookNode) -> NotebookNode:
    """The metadata that a notebook keeps: the kernel by its general name, and the digests of its code."""
    kept = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    stamp = notebook.metadata.get("course", {})
    if stamp:
        kept["course"] = {key: stamp[key] for key in ("cells", "digest") if key in stamp}
    return from_dict(kept)


def normalise_run(cell: NotebookNode, count: int) -> None:
    """Number a code cell that has been run (one that has not keeps no number), and clean its outputs."""
    cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    if cell.execution_count is not None:
        cell.execution_count = count
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
        if "metadata" in output:
            output.metadata = output_metadata(output)


def output_metadata(output: NotebookNode) -> NotebookNode:
    """The metadata that an output keeps: size and alternative text of a picture."""
    picture = output.metadata.get("image/png", {})
    kept = {key: picture[key] for key in PICTURE_KEYS if key in picture}
    return from_dict({"image/png": kept} if kept else {})


def give_readable_ids(notebook: NotebookNode) -> None:
    """Replace ids that are missing, random or taken: by the section a cell stands in and what it seems to be."""
    taken: set[str] = set()
    section = "start"
    for cell in notebook.cells:
        wanted = cell.get("id", "")
        if not wanted or RANDOM_ID.fullmatch(wanted):
            wanted = guess_id(cell, section)
        cell["id"] = free_id(wanted, taken)
        taken.add(cell["id"])
        where = anatomy.place(cell["id"])
        section = where.section if where and where.section else section


def guess_id(cell: NotebookNode, section: str) -> str:
    """A readable id for a cell that has none."""
    if cell.cell_type == "code":
        calls = {"check": "attempt", "explore": "explore", "claim": "claim", "show": "figure"}
        role = next((role for name, role in calls.items() if re.search(rf"\b{name}\(", cell.source)), "experiment")
        return f"{section}-{role}"
    heading = re.match(r"##\s+(.+?)\s*$", cell.source, re.MULTILINE)
    if heading and heading[1].endswith("?"):
        return f"{slug(heading[1])}-mechanism"
    starts = {"**Predict": "predict", "**Try": "try", "**Exercise": "exercise", "##": "finding"}
    role = next((role for start, role in starts.items() if cell.source.startswith(start)), "why")
    return f"{section}-{role}"


def slug(heading: str) -> str:
    """The first words of a heading as a section's name, without role words."""
    words = re.findall(r"[a-z0-9]+", heading.lower())
    return "-".join([word for word in words if word not in anatomy.ROLES][:4]) or "section"


def free_id(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the first free number after it."""
    candidate, number = wanted, 2
    while candidate in taken:
        candidate, number = f"{wanted}-{number}", number + 1
    return candidate
