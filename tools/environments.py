"""Throw-away environments, made by uv: for runs with other packages than those of constraints.txt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils.errors import CourseError
from tools.pythons import output_of


def make(folder: Path, *words: str) -> Path:
    """Make an environment of this Python in a folder, in place of what is there; return the environment's Python.

    Args:
        folder: The environment.
        *words: What `uv pip install` is asked for.

    Raises:
        CourseError: uv is not there, or could not install the packages.
    """
    if not output_of(["uv", "--version"]):
        raise CourseError("an environment for this is made by uv, which is not installed. Type: pip install uv")
    shutil.rmtree(folder, ignore_errors=True)
    uv("venv", "--seed", "--python", sys.executable, str(folder))
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv("pip", "install", "--python", str(python), *words)
    return python


def frozen(python: Path) -> set[str]:
    """What is installed in an environment, one line for each package."""
    return set(uv("pip", "freeze", "--python", str(python)).splitlines())


def uv(*words: str) -> str:
    """What uv prints.

    Raises:
        CourseError: It failed; the message ends with its last lines.
    """
    done = subprocess.run(["uv", "--quiet", *words], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise CourseError(f"uv {words[0]} failed: {done.stderr.strip()[-600:]}")
    return done.stdout
