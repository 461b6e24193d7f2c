"""Executing a lecture: same bytes twice, nothing stored from a run that failed."""

from __future__ import annotations

import base64
import io
import os

import pytest
from PIL import Image

from course_utils.errors import CourseError
from tests import tiny
from tools import execute, kernels, notebooks
from tools.pictures import frames


def write(folder, *sources):
    cells = [tiny.v4.new_code_cell(source, id=f"grey-experiment-{i}") for i, source in enumerate(sources)]
    return tiny.write(folder, tiny.v4.new_notebook(cells=cells), stamp=False)


def outputs(path):
    return [cell.outputs for cell in notebooks.code_cells(notebooks.read(path))]


@pytest.mark.slow
def test_executing_twice_stores_the_same_bytes(tmp_path):
    path = write(tmp_path, "for i in range(50):\n    print(i, flush=True)", "1 + 1")
    assert "outputs changed: grey-experiment-0, grey-experiment-1" in execute.execute(path, 60)
    first = path.read_bytes()
    assert "outputs changed: none" in execute.execute(path, 60)
    assert path.read_bytes() == first
    assert len(outputs(path)[0]) == 1  # however the kernel cut the stream
    assert notebooks.changed_since_run(notebooks.read(path)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys\n\nprint('careful', file=sys.stderr)", "it writes to stderr: careful"),
        ("import warnings\n\nwarnings.warn('old', stacklevel=1)", "it writes to stderr: .*UserWarning: old"),
        ("import os\n\nos._exit(9)", "the kernel died"),
        ("import time\n\ntime.sleep(60)", "still running after 2 s"),
    ],
)
def test_a_failed_run_names_lecture_and_cell_and_leaves_the_file(tmp_path, source, said):
    path = write(tmp_path, "x = 1", source, "print(x)")
    before = path.read_bytes()
    with pytest.raises(CourseError, match=rf"(?s)90_tiny \[grey-experiment-1\]: {said}"):
        execute.execute(path, 2 if "sleep" in source else 60)
    assert path.read_bytes() == before


def test_a_picture_with_equal_pixels_keeps_its_stored_bytes():
    stored, fresh = tiny.lecture(), tiny.lecture()
    repacked = repack(tiny.picture())
    tiny.cell_of(fresh, "grey-figure").outputs[0].data["image/png"] = repacked
    tiny.cell_of(fresh, "grey-explore").outputs[0].data["image/png"] = tiny.picture(101)
    execute.keep_pictures(fresh, stored)
    assert tiny.cell_of(fresh, "grey-figure").outputs[0].data["image/png"] == tiny.picture() != repacked
    assert tiny.cell_of(fresh, "grey-explore").outputs[0].data["image/png"] == tiny.picture(101)


def repack(png):
    """The same pixels in other bytes."""
    buffer = io.BytesIO()
    Image.fromarray(frames(png)[0]).save(buffer, format="png", compress_level=0)
    return base64.b64encode(buffer.getvalue()).decode()


def test_stored_outputs_are_those_of_the_default_switches(monkeypatch):
    for name in kernels.SWITCHES:
        monkeypatch.setenv(name, "7")
    environment = kernels.default_environment()
    assert not set(kernels.SWITCHES) & set(environment)
    assert environment["COURSE_STATIC"] == "1"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(notebooks.ROOT)


def test_memory_of_a_process_that_is_gone_is_unknown():
    assert kernels.peak_memory(2**22 + 1) is None
    assert kernels.megabytes(None) == "?"
    assert kernels.peak_memory(os.getpid()) > 10e6
