"""Run lectures as on Colab, without Colab: a clean environment that has TensorFlow and Keras, but not the course.

The install cell brings the course from this repository, as it is at the last commit. Then the lecture must run, and
nothing else that was installed may have changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from packaging.requirements import Requirement

from course_utils.errors import CourseError
from tools import environments, execute, install_cell, kernels, notebooks
from tools.pythons import output_of

COURSE = "deep-learning-course"
KERNEL = "colab"
VERSIONS = ("newest", "oldest")
#: Colab has older versions of these than the course asks for elsewhere.
OLDER = {"ipython": "7.34", "ipywidgets": "7.7"}
#: Colab has these as well; fairlearn needs the first two, optuna, alembic and mako the others.
ALSO = ("narwhals", "pandas", "markupsafe", "pyyaml", "sqlalchemy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--versions", choices=VERSIONS, default=VERSIONS[0], help="of the packages that are there")


def run(args: argparse.Namespace) -> int:
    """Run the lectures one after the other; the first that fails ends the run."""
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder), args.versions)
        for path in notebooks.find(args.lectures):
            print(imitate(path, python), flush=True)
    return 0


def environment(folder: Path, versions: str) -> Path:
    """Make an environment in a folder with what Colab brings, "newest" or "oldest"; return its Python.

    Raises:
        CourseError: uv is not there, or could not install the packages.
    """
    return environments.make(folder / "env", *packages(versions))


def packages(versions: str) -> list[str]:
    """What uv is asked for: all that a lecture needs, but for what the install cell brings."""
    text = (notebooks.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    kernel = [line for line in extras["lab"] if line.startswith("ipykernel")]
    lines = [*project["dependencies"], *extras["cpu"], *kernel]
    there = [requirement for requirement in map(Requirement, lines) if requirement.name not in install_cell.BROUGHT]
    if versions == "oldest":
        return [*ALSO, *map(oldest, there)]
    return ["--constraint", str(notebooks.ROOT / "constraints.txt"), *ALSO, *map(str, there)]


def oldest(requirement: Requirement) -> str:
    """The same with its lowest version; any bug-fix release of it, since not each has a wheel for every Python."""
    version = OLDER.get(requirement.name, next(iter(requirement.specifier)).version)
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}=={'.'.join(version.split('.')[:2])}.*{marker}"


def imitate(path: Path, python: Path) -> str:
    """Run one lecture in the environment; return one line: seconds, and what the install cell brought.

    Raises:
        CourseError: A cell or a claim failed, or the install cell changed what was there.
    """
    environments.uv("pip", "uninstall", "--python", str(python), COURSE, *install_cell.BROUGHT)
    before, start = environments.frozen(python), time.perf_counter()
    notebook = notebooks.read(path)
    install = next(cell for cell in notebook.cells if cell["id"] == "install")
    install.source = install_cell.source(address())
    run_in(python, notebook, path)
    seconds = time.perf_counter() - start
    brought = require_rest(before, environments.frozen(python), path)
    for line in failed_claims(notebook):
        raise CourseError(f"{path.stem}: {line}")
    return f"{path.stem}: {seconds:.1f} s; brought: {', '.join(brought)}"


def require_rest(before: set[str], after: set[str], path: Path) -> list[str]:
    """The names of the packages that came.

    Raises:
        CourseError: Others came than those the install cell shall bring, or one that was there changed.
    """
    brought = sorted(Requirement(line).name for line in after - before)
    if before - after or not set(brought) <= {COURSE, *install_cell.BROUGHT}:
        raise CourseError(f"{path.stem} [install]: it changed {', '.join(sorted(before ^ after))}")
    return brought


def address() -> str:
    """Where pip finds the last commit of this repository."""
    commit = output_of(["git", "-C", str(notebooks.ROOT), "rev-parse", "HEAD"])
    return f"git+{notebooks.ROOT.as_uri()}@{commit}"


def run_in(python: Path, notebook: NotebookNode, path: Path) -> None:
    """Run the notebook in place with another Python, far from the repository, controls alive as in a browser."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "kernels", KERNEL, "kernel.json")
        spec.parent.mkdir(parents=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": KERNEL, "language": "python"}), encoding="utf-8")
        kernel_specs = KernelSpecManager(kernel_dirs=[str(spec.parents[1])])
        manager = AsyncKernelManager(kernel_name=KERNEL, kernel_spec_manager=kernel_specs)
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, km=manager, timeout=kernels.CELL_TIMEOUT, resources=resources)
        execute.drive(client, path, kernels.bare_environment())


def failed_claims(notebook: NotebookNode) -> Iterator[str]:
    """The lines in which a claim or a check says that it does not hold."""
    for cell in notebooks.code_cells(notebook):
        texts = [output.text for output in cell.outputs if output.output_type == "stream"]
        yield from (line for text in texts for line in text.splitlines() if line.startswith("✗"))
