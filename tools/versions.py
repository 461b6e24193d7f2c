"""Run the course with the oldest or the newest packages that pyproject.toml allows, in an environment made for it.

constraints.txt pins what all other runs have. Who installs the course into an environment of their own has other
versions: the lower bounds must be true, and nothing newer may break a lecture. Packages that those of pyproject.toml
need in turn are the newest, as they are for everybody who installs today.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import environments, notebooks
from tools.setup import GROUPS
from tools.steps import Step, run_all

#: Which version of each package uv takes.
WANTED = {"oldest": ("--resolution", "lowest-direct"), "newest": ("--upgrade",)}
PINNED = "tests/test_packaging.py"  # compares what is installed with constraints.txt
FOLDER = notebooks.ROOT / "test-results"
LECTURES = ("00", "05", "07", "10")  # plain Keras, sweeps, optimizers, convolutions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("versions", choices=sorted(WANTED), help="of the packages in pyproject.toml")
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: 00, 05, 07 and 10")


def run(args: argparse.Namespace) -> int:
    """Make the environment, say what it holds, run the steps in it; return the exit code."""
    paths = notebooks.find(args.lectures or LECTURES)
    folder = FOLDER / args.versions
    print(f"Making an environment with the {args.versions} packages: a few minutes the first time.", flush=True)
    python = environments.make(folder, *asked(args.versions))
    environments.uv("pip", "install", "--python", str(python), "--no-deps", "--editable", str(notebooks.ROOT))
    print(*sorted(direct(environments.frozen(python))), sep="\n", flush=True)
    code = run_all(steps(str(python), paths))
    if code:
        print(f"The environment stays for these commands: {os.path.relpath(folder)}")
    else:
        shutil.rmtree(folder)
    return code


def asked(versions: str) -> list[str]:
    """What uv is asked to install; only wheels, since not every old version has one for each Python."""
    extras = [word for extra in GROUPS["test"] for word in ("--extra", extra)]
    project = str(notebooks.ROOT / "pyproject.toml")
    return [*WANTED[versions], "--only-binary", ":all:", "-r", project, *extras]


def direct(lines: set[str]) -> set[str]:
    """Of the installed packages those that pyproject.toml names."""
    project = tomllib.loads((notebooks.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    named = {canonicalize_name(Requirement(text).name) for group in groups for text in group}
    return {line for line in lines if canonicalize_name(line.partition("==")[0]) in named}


def steps(python: str, paths: list[Path]) -> list[Step]:
    """Unit tests, the lectures, and what is built from them, run by this Python."""
    files = [os.path.relpath(path, notebooks.ROOT) for path in paths]
    return [
        Step("unit tests", ("pytest", "-q", "-n", "2", "-m", "not browser", "--ignore", PINNED), python),
        Step("lectures on TensorFlow", ("tools", "nbval", *files, "--any-picture"), python),
        Step("their slide decks", ("tools", "deck", *files), python),
        Step("web site", ("tools", "site"), python),
    ]
