"""Walk through the maintainers' guide as a stranger would: from a clone to a changed figure on the site.

Only the commands that stand in the guide are typed, in their order, so a guide that leaves one out fails here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.errors import CourseError
from tools.steps import ROOT

GUIDE = Path("docs", "maintaining.md")
HEADING = "## From a clone to a changed figure"
CELL, PAGE, PICTURE = "bug-figure", "02_backpropagation", "docs/pictures/02-bug-figure.png"
EDITS = {'color="#7F7F7F"': 'color="#B03060"', "Median and middle half": "Walked here: median and middle half"}
WORDS = "Walked here"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Walk in a clone of the last commit, which is deleted afterwards; return the exit code.

    Raises:
        CourseError: A command failed, or the site does not show what was changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "course")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        before = (clone / PICTURE).read_bytes()
        for command in commands((clone / GUIDE).read_text(encoding="utf-8")):
            print(f"\n$ {command}", flush=True)
            carry_out(command, clone)
            if command.startswith("make text"):
                edit(next(clone.glob(f"notebooks/{PAGE}.py")))
        require_changed(clone, before)
    print("\nThe guide leads from a clone to a changed figure on the site.")
    return 0


def commands(guide: str) -> list[str]:
    """The commands of the walk, in their order, without what the guide says of each."""
    section = guide.partition(HEADING)[2].partition("\n## ")[0]
    return [line.partition("#")[0].strip() for line in section.splitlines() if line.startswith("    ")]


def carry_out(command: str, clone: Path) -> None:
    """Type a command in the clone.

    Raises:
        CourseError: It failed, or it is none of make's.
    """
    program, *words = command.split()
    if program != "make":
        raise CourseError(f"{GUIDE}: {command!r} cannot be walked, only commands of make.")
    # The walk's own environment must not help: a stranger has none.
    own = {"PYTHONPATH", "VIRTUAL_ENV", "COURSE_STATIC"}
    around = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        ["make", f"PYTHON={os.path.realpath(sys.executable)}", *words], cwd=clone, env=around, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise CourseError(f"{GUIDE}: {command!r} failed in a fresh clone; what it printed stands above.")


def edit(text: Path) -> None:
    """Change a colour and a word of the caption, as the guide asks for.

    Raises:
        CourseError: The cell does not have what is to be changed.
    """
    before, mark, cell = text.read_text(encoding="utf-8").partition(f'id="{CELL}"')
    for old, new in EDITS.items():
        if old not in cell.partition("\n# %%")[0]:
            raise CourseError(f"the cell {CELL} has no {old!r} to change: bring EDITS in tools/walk.py up to date.")
        cell = cell.replace(old, new, 1)
    text.write_text(before + mark + cell, encoding="utf-8")


def require_changed(clone: Path, before: bytes) -> None:
    """Refuse a site without the new caption, or a README and a lecture that have the old picture.

    Raises:
        CourseError: So it is.
    """
    page = next((clone / "docs" / "build").rglob(f"{PAGE}.html"), None)
    if page is None or WORDS not in page.read_text(encoding="utf-8"):
        raise CourseError(f"the site's page of {PAGE} does not show the new caption.")
    if (clone / PICTURE).read_bytes() == before:
        raise CourseError(f"{PICTURE} still has the old colour.")
    notebook = json.loads((clone / "notebooks" / f"{PAGE}.ipynb").read_text(encoding="utf-8"))
    shown = json.dumps([cell["outputs"] for cell in notebook["cells"] if cell["id"] == CELL])
    if WORDS not in shown:
        raise CourseError(f"the stored outputs of {CELL} do not have the new caption.")
