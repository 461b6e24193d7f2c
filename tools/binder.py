"""Check that Binder can read what it needs: repo2docker, the program that it runs, plans an image and builds nothing.

It notices YAML that cannot be read, a Python that it does not have, and a file that it takes in place of
environment.yml. Packages that do not exist it would notice only while it builds.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from course_utils.errors import CourseError
from tools import notebooks, pythons

PLANNED = re.compile(r"Building conda environment for python=(\S+)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Say with which Python Binder builds the course; return the exit code."""
    print(f"Binder reads environment.yml and builds with Python {python_of(plan(notebooks.ROOT))}.")
    return 0


def plan(folder: Path) -> str:
    """What repo2docker says of a folder, the plan of the image included.

    Raises:
        CourseError: uv, which brings repo2docker, is not there; or repo2docker cannot read the folder.
    """
    if not pythons.output_of(["uv", "--version"]):
        raise CourseError("repo2docker is brought by uv, which is not installed. Type: pip install uv")
    tool = ["uv", "tool", "run", "--quiet", "--python", sys.executable, "--from", "jupyter-repo2docker"]
    done = subprocess.run(
        [*tool, "jupyter-repo2docker", "--no-build", "--debug", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CourseError(f"repo2docker cannot plan an image from environment.yml: {done.stdout.strip()[-600:]}")
    return done.stdout


def python_of(planned: str) -> str:
    """The version of Python in a plan.

    Raises:
        CourseError: The plan does not follow environment.yml, or takes a Python that the course does not support.
    """
    python = PLANNED.search(planned)
    if not python:
        raise CourseError(
            "Binder would not follow environment.yml: a Dockerfile, or a folder binder or .binder, goes before it. "
            "Move that away, then type: python -m tools binder"
        )
    if python[1] not in pythons.VERSIONS:
        raise CourseError(
            f"Binder would build with Python {python[1]}, and {pythons.NEEDED} is needed: environment.yml at the top "
            "of the repository names one, as python=3.12, unless a folder binder or .binder goes before it."
        )
    return python[1]
