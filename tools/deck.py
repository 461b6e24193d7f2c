"""Slide decks of lectures, as pages that need no network and, on request, as PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from course_utils.errors import CourseError
from slides.build import OUT, build
from tools import notebooks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--nb", type=Path, action="append", default=[], metavar="PATH", help="a deck of any notebook")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="where decks land (slides/build)")
    parser.add_argument("--pdf", action="store_true", help="also print slides and handouts as PDF (needs Chromium)")


def run(args: argparse.Namespace) -> int:
    """Build the decks, print them if asked, and say where they are; return the exit code."""
    try:
        found = [] if args.nb and not args.lectures else notebooks.find(args.lectures)
        decks = build([*found, *args.nb], args.out)
        printed = print_decks(decks) if args.pdf else []
    except CourseError as error:
        print(error)
        return 1
    for page in [*decks, *printed]:
        print(f"wrote {page}")
    print(f"wrote {args.out / 'index.html'}: open it in a browser")
    return 0


def print_decks(decks: list[Path]) -> list[Path]:
    """Print slides and handouts; only this needs playwright."""
    try:
        from tools import pdf
    except ModuleNotFoundError as error:
        raise CourseError(f"{error.name} is not installed. Type: python -m tools setup --extras test") from None
    return pdf.print_decks(decks)
