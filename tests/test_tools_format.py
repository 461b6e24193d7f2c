"""Canonical form, and lectures as text and back."""

from __future__ import annotations

from argparse import Namespace

import pytest

from course_utils.errors import CourseError
from tests import tiny
from tools import anatomy, from_text, notebooks, text
from tools import format as form
from tools.format import formatted, guess_id
from tools.text import as_text


@pytest.fixture
def path(tmp_path):
    return tiny.write(tmp_path, tiny.lecture())


def test_formatting_twice_changes_nothing_more(path):
    stored = path.read_text(encoding="utf-8")
    assert formatted(stored, path) == stored
    assert stored.endswith("}\n") and not stored.endswith("\n\n")


def test_windows_line_ends_become_lf(path):
    stored = path.read_text(encoding="utf-8")
    assert formatted(stored.replace("\n", "\r\n"), path) == stored


def test_slide_types_come_from_the_ids(path):
    types = {cell["id"]: cell.metadata.slideshow.slide_type for cell in notebooks.read(path).cells}
    assert types["title"] == "slide"
    assert types["grey-predict"] == "subslide"
    assert types["grey-experiment"] == "subslide"  # it is tagged show-code
    assert types["grey-answer"] == "fragment"
    assert types["grey-why"] == "notes"
    assert types["grey-attempt"] == "skip"


def test_only_known_metadata_is_kept(path):
    notebook = notebooks.read(path)
    notebook.metadata["widgets"] = {"state": 1}
    notebook.cells[0].metadata["collapsed"] = True
    tiny.cell_of(notebook, "grey-figure").outputs[0].metadata["image/png"]["filename"] = "x.png"
    assert formatted(notebooks.dumps(notebook), path) == path.read_text(encoding="utf-8")


def test_executed_cells_are_counted_and_the_others_are_not(path):
    notebook = notebooks.read(path)
    tiny.cell_of(notebook, "grey-figure").execution_count = None
    again = notebooks.loads(formatted(notebooks.dumps(notebook), path), "again")
    assert [cell.execution_count for cell in notebooks.code_cells(again)] == [1, 2, 3, None, 5, 6, 7, 8]


def test_random_ids_become_readable_ones(path):
    notebook = notebooks.read(path)
    for position, cell in enumerate(notebook.cells[5:9]):
        cell["id"] = f"0a1b2c3{position}"
    again = notebooks.loads(formatted(notebooks.dumps(notebook), path), "again")
    assert [cell["id"] for cell in again.cells[5:9]] == [
        "grey-predict",
        "grey-experiment",
        "grey-finding",
        "grey-figure",
    ]


def test_a_heading_that_asks_opens_a_section():
    cell = tiny.markdown("0a1b2c3d", "## Which figure tells most?")
    assert guess_id(cell, "grey") == "which-tells-most-mechanism"


def test_code_that_is_not_python_is_refused_by_name(path):
    notebook = tiny.edited("grey-experiment", lambda cell: cell.update(source="x = ("))
    with pytest.raises(CourseError, match=r"90_tiny\.ipynb: ruff cannot format it"):
        formatted(notebooks.dumps(notebook), path)


def test_a_file_that_is_no_notebook_is_refused_by_name():
    with pytest.raises(CourseError, match="draft is no notebook"):
        notebooks.loads("hello", "draft")


def test_text_and_back_leaves_every_byte(path):
    stored = path.read_text(encoding="utf-8")
    assert from_text.from_text(as_text(notebooks.read(path)), stored, path) == stored


def test_text_and_back_keeps_what_looks_like_markup(tmp_path):
    def awkward(cell):
        cell.source = (
            "It reflects.\n\n```python\n# %% no cell\n%timeit x\n```\n\n* a\n  * b\n\n$$\\frac{1}{2}$$\n# no heading"
        )

    notebook = tiny.edited("grey-why", awkward)
    tiny.cell_of(
        notebook, "grey-experiment"
    ).source = "%timeit -n1 1\n!echo hi\n# just a comment\n\n\ndef f():\n    pass"
    path = tiny.write(tmp_path, notebook)
    stored = path.read_text(encoding="utf-8")
    assert from_text.from_text(as_text(notebooks.read(path)), stored, path) == stored


def test_the_text_shows_ids_and_tags_but_no_slide_types(path):
    script = as_text(notebooks.read(path))
    assert '# %% id="grey-experiment" tags=["show-code"]\n' in script
    assert '# %% [markdown] id="grey-mechanism" minutes=2\n' in script
    assert "slide" not in script


def test_only_changed_cells_lose_their_outputs(path):
    old = path.read_text(encoding="utf-8")
    script = as_text(notebooks.read(path)).replace('"grey is brighter than black", shades', '"grey is bright", shades')
    new = notebooks.loads(from_text.from_text(script, old, path), path.name)
    assert notebooks.changed_since_run(new) == ["grey-claim"]
    assert tiny.cell_of(new, "grey-claim").outputs == []
    assert len(tiny.cell_of(new, "grey-figure").outputs) == 2


def test_text_makes_a_notebook_that_does_not_exist_yet(path):
    new = notebooks.loads(from_text.from_text(as_text(notebooks.read(path)), None, path), path.name)
    assert [cell.source for cell in new.cells] == [cell.source for cell in notebooks.read(path).cells]
    assert all(cell.execution_count is None for cell in notebooks.code_cells(new))


def test_a_cell_without_id_is_refused(path):
    with pytest.raises(CourseError, match="a cell without an id"):
        from_text.from_text("# %%\nx = 1\n", None, path)


def test_the_verbs_write_text_and_bring_it_back(path, capsys):
    before = path.read_bytes()
    lecture = Namespace(lectures=[str(path)])
    script = path.with_suffix(".py")
    assert text.run(lecture) == 0 and script.exists()
    assert from_text.run(Namespace(lectures=[str(script)])) == 0
    assert path.read_bytes() == before
    assert "nothing changed" in capsys.readouterr().out
    script.write_text(script.read_text(encoding="utf-8").replace("0.6]", "0.7]"), encoding="utf-8")
    with pytest.raises(CourseError, match="has edits that are not in the notebook"):
        text.run(lecture)
    assert from_text.run(Namespace(lectures=[str(script)])) == 0
    assert "1 code cell changed, now: make notebooks N=90" in capsys.readouterr().out


def test_checking_the_form_changes_nothing(path, capsys):
    assert form.run(Namespace(lectures=[str(path)], check=True)) == 0
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    untidy = path.read_bytes()
    assert form.run(Namespace(lectures=[str(path)], check=True)) == 1
    assert path.read_bytes() == untidy
    assert "python -m tools format 90" in capsys.readouterr().out
    assert form.run(Namespace(lectures=[str(path)], check=False)) == 0
    assert path.read_bytes() == untidy[:-1]


@pytest.mark.parametrize(
    ("cell_id", "section", "role"),
    [
        ("title", "", "title"),
        ("saw-table", "", "saw-table"),
        ("dead-relu-experiment", "dead-relu", "experiment"),
        ("dead-relu-experiment-why-not", "dead-relu", "experiment"),
        ("why-depth-figure", "why-depth", "figure"),
    ],
)
def test_an_id_tells_section_and_role(cell_id, section, role):
    assert anatomy.place(cell_id) == anatomy.Place(section, role)


def test_an_id_without_role_tells_nothing():
    assert anatomy.place("grey-because") is None
    assert anatomy.slide_type("grey-because") is None
