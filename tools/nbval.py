"""Run lectures and compare what they show with what is stored: the strict nbval run, in one command."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import kernels, notebooks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--backend", choices=("tensorflow", "jax"), help="the backend of Keras (default: as set)")
    parser.add_argument("--seed", type=int, help="another base seed for every experiment")
    parser.add_argument(
        "--any-picture", action="store_true", help="pictures need only be there, as with another Matplotlib"
    )


def run(args: argparse.Namespace) -> int:
    """Compare the lectures; return pytest's exit code."""
    switches = {"KERAS_BACKEND": args.backend, "COURSE_SEED": args.seed}
    given = {name: str(value) for name, value in switches.items() if value is not None}
    strict_pictures = args.backend in (None, "tensorflow") and not args.seed and not args.any_picture
    command = pytest_command(notebooks.find(args.lectures), strict_pictures)
    return subprocess.run(command, cwd=notebooks.ROOT, env={**os.environ, **given}, check=False).returncode


def pytest_command(paths: Sequence[Path], strict_pictures: bool = True) -> list[str]:
    """The strict pytest command for these notebooks, on two kernels when there are two."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.nbval_strict", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-cell-timeout={kernels.CELL_TIMEOUT}", "--nbval-sanitize-with=tests/nbval.cfg"]
    if not strict_pictures:
        command += ["--pictures=present"]
    if len(paths) > 1:
        command += ["-n", "2", "--dist", "loadfile"]
    return [*command, *map(str, paths)]
