"""Check lectures against the rules; every finding names lecture, cell and the command that repairs it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from tools import notebooks
from tools.rules import RULES
from tools.rules.base import Finding, Lecture


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--rule", action="append", choices=sorted(RULES), metavar="NAME", help="only this rule")


def run(args: argparse.Namespace) -> int:
    """Print what the rules find; 1 where there is anything."""
    found = [finding for path in notebooks.find(args.lectures) for finding in lint(path, args.rule or RULES)]
    for finding in found:
        print(finding)
    return 1 if found else 0


def lint(path: Path, names: Iterable[str] = tuple(RULES)) -> list[Finding]:
    """What the named rules find in one lecture, in the order of its cells."""
    lecture = Lecture.read(path)
    position = {cell["id"]: index for index, cell in enumerate(lecture.cells)}
    found = [finding for name in names for finding in RULES[name].findings(lecture)]
    return sorted(found, key=lambda finding: position.get(finding.cell, -1))
