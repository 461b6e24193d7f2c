"""The one text of every lecture's install cell, before the course is published and after."""

from __future__ import annotations

import tomllib
from pathlib import Path
from string import Template

from packaging.requirements import Requirement

from tools import pythons
from tools.notebooks import ROOT

#: What `course_utils` imports and Colab may lack. All else is there (TensorFlow, Keras, NumPy, matplotlib …) and stays
#: as it is; `--no-deps`, because fairlearn and our own bounds would otherwise bring other versions of these.
BROUGHT = (
    "alembic",  # optuna, where a study is a file
    "colorlog",  # optuna
    "fairlearn",  # lecture 15; it needs only what Colab has
    "lazy-loader",  # `import course_utils` needs it; on Colab it comes with scikit-image at best
    "mako",  # alembic
    "optuna",  # lecture 16; what else it needs is on Colab
)

PLAIN = """\
import importlib.util

if importlib.util.find_spec("course_utils") is None:
    raise SystemExit("course_utils is not installed. Open the course with: make lab")"""

PUBLISHED = Template("""\
import importlib.util

if importlib.util.find_spec("course_utils") is None:  # as on Colab: this brings the course and changes nothing else
    import importlib.metadata
    import subprocess
    import sys

    course = "$address"
    python = sys.version.split()[0]
    keras = importlib.metadata.version("keras") if importlib.util.find_spec("keras") else "none"
    if python.rpartition(".")[0] not in $pythons:
        raise SystemExit(
            f"$needed is needed, and this is Python {python}. On Colab: Runtime > Change runtime type > Latest."
        )
    if keras == "none" or tuple(map(int, keras.split(".")[:2])) < $keras_tuple:
        raise SystemExit(
            f"Keras $keras or newer is needed; found: {keras}. Type: %pip install 'keras>=$keras', then restart."
        )
    needed = [$brought, course]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *needed]
    if subprocess.run(command, capture_output=True).returncode:
        raise SystemExit(f"course_utils could not be installed. To see why, type: %pip install --no-deps {course}")
    importlib.invalidate_caches()""")


def source(address: str = "") -> str:
    """The cell's text.

    Args:
        address: Where pip finds `course_utils`; "" before the course is published.
    """
    if not address:
        return PLAIN
    bounds = lower_bounds()
    keras = ".".join(bounds["keras"].split(".")[:2])
    return PUBLISHED.substitute(
        address=address,
        brought=", ".join(f'"{requirement}"' for requirement in brought()),
        keras=keras,
        keras_tuple=f"({keras.replace('.', ', ')})",
        needed=pythons.NEEDED,
        pythons="(" + ", ".join(f'"{version}"' for version in sorted(pythons.VERSIONS)) + ")",
    )


def brought() -> list[str]:
    """What the cell asks pip for, besides the course, with the lower bounds that the course gives."""
    bounds = lower_bounds()
    return [f"{name}>={bounds[name]}" if name in bounds else name for name in BROUGHT]


def lower_bounds(root: Path = ROOT) -> dict[str, str]:
    """The lowest version of each package that `course_utils` needs, from pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = map(Requirement, project["dependencies"])
    return {requirement.name: next(iter(requirement.specifier)).version for requirement in needed}
