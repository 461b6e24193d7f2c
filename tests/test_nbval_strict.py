"""What the strict run lets pass and what it stops: tiny lectures, executed, then changed in one place each."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from argparse import Namespace
from pathlib import Path

import pytest

from tests import tiny
from tools import execute, notebooks
from tools.nbval import pytest_command

pytestmark = pytest.mark.slow

FIGURE = """fig, ax = plots.new()
ax.plot(np.linspace(0, 1, 50) ** {power})
ax.set(xlabel="x", ylabel="y")
show(fig, "The curve rises ever faster.")"""

#: A lecture in which every cell stands for itself, so that one run tells about each change.
CELLS = {
    "setup": "import os\n\nimport numpy as np\nfrom course_utils import claim, plots, show, table\n\nplots.use_style()",
    "same-experiment": 'print("nothing changed here")',
    "static-experiment": 'print("COURSE_STATIC =", os.environ["COURSE_STATIC"])',
    "measured-claim": 'claim("the scores are high", [0.91, 0.92, 0.93], ">", 0.5, without=[0.1, 0.2, 0.3])',
    "table-figure": 'table({"method": ["a", "b"], "score": [0.91, 12.5]})',
    "refuted-claim": 'claim("the scores are good", [0.91, 0.92, 0.93], ">", 0.5)',
    "bound-claim": 'claim("the scores are fine", [0.91, 0.92, 0.93], ">", 0.5)',
    "formula-claim": 'claim("a fact", 3**2 + 4**2, "==", 5**2)',
    "moved-figure": FIGURE.format(power=2),
    "stale-figure": FIGURE.format(power=2),
    "timing-figure": FIGURE.format(power=2),
    "captionless-figure": FIGURE.format(power=2),
    "lost-figure": FIGURE.format(power=2),
    "number-experiment": "print(7)",
    "deprecated-experiment": "from warnings import warn\n\nprint(8)",
    "unexecuted-experiment": 'print("not stored")',
}

#: Cell → what is written in place of what: the code is changed, the outputs stay as they were stored.
CHANGES = {
    "measured-claim": ("[0.91, 0.92, 0.93]", "[0.89, 0.94, 0.9]"),
    "table-figure": ("12.5", "123.4"),
    "refuted-claim": ("[0.91, 0.92, 0.93]", "[0.41, 0.42, 0.43]"),
    "bound-claim": ("0.5", "0.6"),
    "formula-claim": ("3**2 + 4**2", "3**2 - 4**2"),
    "moved-figure": ("** 2)", "** 2.02)"),
    "stale-figure": ("** 2)", "** 0.5)"),
    "timing-figure": ("** 2)", "** 0.5)"),
    "captionless-figure": (
        'show(fig, "The curve rises ever faster.")',
        "plots.display.plt.close(fig)",
    ),
    "number-experiment": ("7", "8"),
    "deprecated-experiment": ("print(8)", 'warn("use new()", DeprecationWarning)\nprint(8)'),
}


def executed(folder: Path, name: str, cells: dict[str, str]) -> Path:
    """A lecture of code cells, executed."""
    notebook = tiny.v4.new_notebook(cells=[tiny.v4.new_code_cell(text, id=key) for key, text in cells.items()])
    path = tiny.write(folder, notebook, name, stamp=False)
    assert execute.run(Namespace(lectures=[str(path)], timeout=60)) == 0
    return path


def change(path: Path) -> None:
    """Make the changes in the file, as somebody who does not execute afterwards."""
    notebook = notebooks.read(path)
    for cell_id, (old, new) in CHANGES.items():
        cell = tiny.cell_of(notebook, cell_id)
        assert cell.source.count(old) == 1, cell_id
        cell.source = cell.source.replace(old, new)
    unexecuted = tiny.cell_of(notebook, "unexecuted-experiment")
    unexecuted.outputs, unexecuted.execution_count = [], None
    tiny.cell_of(notebook, "timing-figure").metadata["tags"] = ["timing"]
    lost = tiny.cell_of(notebook, "lost-figure")
    lost.outputs = [output for output in lost.outputs if "image/png" not in output.data]
    notebooks.save(path, notebooks.dumps(notebook))


def strict_run(paths: list[Path], report: Path, *options: str) -> tuple[str, dict[str, str]]:
    """What the strict run prints, and for each "lecture.ipynb::cell" its failure ("" when it passed)."""
    command = [*pytest_command(paths), f"--junitxml={report}", *options]
    result = subprocess.run(command, cwd=notebooks.ROOT, capture_output=True, text=True, check=False)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    cases = ET.parse(report).getroot().iter("testcase")
    outcomes = {}
    for case in cases:
        trouble = [child.text or child.get("message") or child.tag for child in case if child.tag != "properties"]
        outcomes[f"{case.get('classname').split('.')[-2]}::{case.get('name')}"] = "\n".join(trouble)
    return result.stdout, outcomes


@pytest.fixture(scope="module")
def lectures(tmp_path_factory) -> list[Path]:
    """A lecture with changes, one that stops with an error, one whose kernel dies."""
    folder = tmp_path_factory.mktemp("notebooks")
    changed = executed(folder, "91_changed.ipynb", CELLS)
    change(changed)
    broken = {"setup": "x = 1", "first-experiment": "print(1 / x)", "second-experiment": "print(x)"}
    paths = [changed]
    for name, fault in (("92_stops.ipynb", "print(1 / 0)"), ("93_dies.ipynb", "import os\n\nos._exit(9)")):
        path = executed(folder, name, broken)
        notebook = notebooks.read(path)
        tiny.cell_of(notebook, "first-experiment").source = fault
        notebooks.save(path, notebooks.dumps(notebook))
        paths.append(path)
    return paths


@pytest.fixture(scope="module")
def strict(lectures, tmp_path_factory) -> tuple[str, dict[str, str]]:
    """One strict run of all three, on two kernels."""
    return strict_run(lectures, tmp_path_factory.mktemp("report") / "report.xml")


@pytest.mark.parametrize(
    "cell_id",
    ["same-experiment", "static-experiment", "measured-claim", "table-figure", "moved-figure", "timing-figure"],
)
def test_what_may_differ_passes(strict, cell_id):
    assert strict[1][f"91_changed::{cell_id}"] == ""


@pytest.mark.parametrize(
    ("cell_id", "reason"),
    [
        ("refuted-claim", "not with these settings"),
        ("bound-claim", "needed > 0.6"),
        ("formula-claim", r"exactly -7; needed = 25"),
        ("stale-figure", "stored figure is stale"),
        ("captionless-figure", "text/markdown"),
        ("lost-figure", "Unexpected output fields|0 pictures are stored, the code draws 1"),
        ("number-experiment", "8"),
        ("deprecated-experiment", "Unexpected output fields from running code: {'stderr'}"),
        ("unexecuted-experiment", "never executed"),
    ],
)
def test_what_must_not_differ_fails_and_names_lecture_and_cell(strict, cell_id, reason):
    failure = strict[1][f"91_changed::{cell_id}"]
    assert failure.startswith(f"91_changed [{cell_id}]: ")
    assert re.search(reason, failure)
    assert "make notebooks N=91" in failure


def test_failures_are_named_on_the_screen(strict):
    assert re.search(r"FAILED \S*91_changed\.ipynb::bound-claim", strict[0])
    assert re.search(r"figure differs a little, 91_changed \[moved-figure\]: [\d.]+%", strict[0])


def test_after_an_error_the_rest_is_skipped_with_the_reason(strict):
    assert "ZeroDivisionError" in strict[1]["92_stops::first-experiment"]
    assert "not run: cell first-experiment stopped with an error" in strict[1]["92_stops::second-experiment"]


def test_a_dead_kernel_is_noticed_and_said(strict):
    assert "the kernel died while it ran this cell" in strict[1]["93_dies::first-experiment"]
    assert "not run" in strict[1]["93_dies::second-experiment"]


def test_the_run_ends_with_a_table_of_time_and_memory(strict):
    row = re.search(r"^91_changed +(\d+) +([\d.]+) +(\d+) MB$", strict[0], re.MULTILINE)
    assert row and int(row[1]) == len(CELLS)
    assert float(row[2]) > 0 and 20 < int(row[3]) < 2000


def test_for_other_seeds_pictures_need_only_be_present(lectures, tmp_path):
    _, outcomes = strict_run(lectures[:1], tmp_path / "report.xml", "--pictures=present")
    assert outcomes["91_changed::stale-figure"] == ""
    assert outcomes["91_changed::lost-figure"]
    assert outcomes["91_changed::bound-claim"]


def test_the_mask_hides_measured_numbers_only():
    config = (notebooks.ROOT / "tests" / "nbval.cfg").read_text(encoding="ascii")
    rules = re.findall(r"^regex: (.*)$\n^replace: (.*)$", config, re.MULTILINE)
    assert len(rules) == 1
    text = "≈ 0.43 ≈ -1.2e-05 ≈ −3 ≈nan ≈ inf; without ≈ 12; needed > 0.40 over 16 seeds"
    masked = re.sub(*rules[0], text)
    assert masked == "MEASURED MEASURED MEASURED MEASURED MEASURED; without MEASURED; needed > 0.40 over 16 seeds"
