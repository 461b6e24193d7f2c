"""Build all decks and the site twice: what differs the second time would change on every release for no reason."""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from course_utils.errors import CourseError
from slides import build as slides
from tools import notebooks, site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Compare; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        decks = same_twice(lambda out: slides.build(notebooks.find(), out), Path(folder, "slides"))
        pages = same_twice(site.build, Path(folder, "site"))
    print(f"built twice with the same bytes: {decks} files of the slides, {pages} of the site")
    return 0


def same_twice(build: Callable[[Path], object], folder: Path) -> int:
    """Build into two folders; return how many files came out.

    Raises:
        CourseError: A file is not the same in both; the message names up to five.
    """
    first, second = (digests_of(build, folder / name) for name in ("first", "second"))
    different = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    if different:
        raise CourseError(f"{folder.name}: not the same when built again: {', '.join(different[:5])}")
    return len(first)


def digests_of(build: Callable[[Path], object], folder: Path) -> dict[str, str]:
    """What is built into a folder: the SHA-256 of each file, by its path from there."""
    build(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
