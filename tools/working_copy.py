"""The student's copies of the lectures in ``my_course/``: edits there never stand in the way of an update."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from course_utils.errors import CourseError
from tools import files, servers

ROOT = Path(__file__).parents[1]
ORIGINALS = ROOT / "notebooks"
COPIES = ROOT / "my_course"
NOTES = ".originals.json"  # name of each file that we wrote: digest of what we wrote


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Renew the working copies, and say what became of each that is affected; return the exit code."""
    bring_up_to_date()
    return 0


def bring_up_to_date() -> None:
    """Refresh ``my_course/``, unless JupyterLab has it open: what is typed there may not be saved yet.

    Raises:
        CourseError: A file of it cannot be read or written.
    """
    if servers.serving(COPIES):
        print(
            "my_course/ is open in JupyterLab: lectures that changed are brought up to date by the next `make lab` "
            "after that one is stopped."
        )
        return
    try:
        lines = refresh(ORIGINALS, COPIES)
    except OSError as error:
        raise CourseError(
            f"a working copy could not be read or written ({error}): no edit is lost. Put the course into a folder of "
            "your own, on a disk with room, or give yourself the right to write there; then run the same command again."
        ) from error
    for line in lines:
        print(line)


def refresh(originals: Path, copies: Path) -> list[str]:
    """Bring new and changed lectures into the working copy; a file that the student edited stays as it is.

    Args:
        originals: The folder of the lectures.
        copies: The student's folder; it is created.

    Returns:
        One line for each lecture that was updated, or that changed while the student edited it.
    """
    copies.mkdir(exist_ok=True)
    written = _read_notes(copies)
    lines = [_refresh_one(original, copies, written) for original in sorted(originals.glob("*.ipynb"))]
    files.replace(copies / NOTES, json.dumps(written, indent=1, sort_keys=True).encode() + b"\n")
    return [line for line in lines if line]


def digest(content: bytes) -> str:
    """Return a digest of what a person writes into a notebook: the sources of its cells.

    To run a cell is not to edit it, so outputs do not count; nor do empty cells, because JupyterLab adds one below when
    the last cell is run.
    """
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(json.dumps([cell for cell in cells if cell[1].strip()]).encode()).hexdigest()


def _refresh_one(original: Path, copies: Path, written: dict[str, str]) -> str:
    """Refresh one lecture; `written` is brought up to date; return what to tell the student."""
    content = original.read_bytes()
    copy = copies / original.name
    known = written.get(copy.name)
    if not copy.exists():
        return _write(copy, content, written)
    if digest(content) in (digest(copy.read_bytes()), known):
        written[copy.name] = digest(content)
        return ""
    if digest(copy.read_bytes()) == known:
        _write(copy, content, written)
        return f"{copy.name} was updated."
    beside = _free_name(copy, content, written)
    _write(beside, content, written)
    written[copy.name] = digest(content)
    return f"{copy.name} has changed, and so has your copy: yours stays, the new one is {beside.name}."


def _write(path: Path, content: bytes, written: dict[str, str]) -> str:
    """Write a file of ours and note its digest."""
    files.replace(path, content)
    written[path.name] = digest(content)
    return ""


def _free_name(copy: Path, content: bytes, written: dict[str, str]) -> Path:
    """Return the first name beside the student's copy that is free or holds a version of ours nobody edited."""
    number = 1
    while True:
        name = f"{copy.stem}-updated{'' if number == 1 else f'-{number}'}{copy.suffix}"
        path = copy.with_name(name)
        if not path.exists() or digest(path.read_bytes()) in (written.get(name), digest(content)):
            return path
        number += 1


def _read_notes(copies: Path) -> dict[str, str]:
    """Return what earlier calls wrote; {} at first, and where the notes are damaged."""
    try:
        notes = json.loads((copies / NOTES).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
