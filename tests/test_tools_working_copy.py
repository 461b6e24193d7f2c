"""The student's copies: updates arrive, edits stay."""

import json

import pytest

from course_utils.errors import CourseError
from tools import servers, working_copy


def lecture(*sources, outputs=()):
    cells = [
        {"cell_type": "code", "id": f"a{number}", "source": source, "outputs": list(outputs), "metadata": {}}
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def folders(tmp_path):
    originals, copies = tmp_path / "notebooks", tmp_path / "my_course"
    originals.mkdir()
    (originals / "01_a.ipynb").write_text(lecture("old"))
    assert working_copy.refresh(originals, copies) == []
    return originals / "01_a.ipynb", copies / "01_a.ipynb"


def refresh(folders):
    original, copy = folders
    return working_copy.refresh(original.parent, copy.parent)


def files(folders):
    return sorted(path.name for path in folders[1].parent.glob("*.ipynb*"))


def test_a_lecture_that_is_not_there_is_copied(folders):
    original, copy = folders
    assert copy.read_bytes() == original.read_bytes()


def test_an_edit_stays(folders):
    folders[1].write_text(lecture("mine"))
    assert refresh(folders) == []
    assert folders[1].read_text() == lecture("mine")


def test_a_new_version_replaces_a_copy_that_was_not_edited(folders):
    original, copy = folders
    original.write_text(lecture("new"))
    assert refresh(folders) == ["01_a.ipynb was updated."]
    assert copy.read_text() == lecture("new")


def test_running_a_lecture_is_not_editing_it(folders):
    original, copy = folders
    copy.write_text(lecture("old", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}]))
    original.write_text(lecture("new"))
    refresh(folders)
    assert copy.read_text() == lecture("new")


@pytest.mark.parametrize("blank", ["", " \n"])
def test_the_empty_cell_that_jupyterlab_adds_is_no_edit(folders, blank):
    original, copy = folders
    copy.write_text(lecture("old", blank))
    original.write_text(lecture("new"))
    assert refresh(folders) == ["01_a.ipynb was updated."]
    assert copy.read_text() == lecture("new")


def test_an_answer_below_is_an_edit(folders):
    original, copy = folders
    copy.write_text(lecture("old", "my note"))
    original.write_text(lecture("new"))
    refresh(folders)
    assert copy.read_text() == lecture("old", "my note")


def test_when_both_changed_the_new_one_stands_beside(folders):
    original, copy = folders
    copy.write_text(lecture("mine"))
    original.write_text(lecture("new"))
    (line,) = refresh(folders)
    assert "yours stays" in line
    assert "01_a-updated.ipynb" in line
    assert copy.read_text() == lecture("mine")
    assert copy.with_name("01_a-updated.ipynb").read_text() == lecture("new")
    assert refresh(folders) == [], "it is said once"


def test_an_edited_file_beside_stays_too(folders):
    original, copy = folders
    copy.write_text(lecture("mine"))
    original.write_text(lecture("new"))
    refresh(folders)
    original.write_text(lecture("newer"))
    refresh(folders)
    assert files(folders) == ["01_a-updated.ipynb", "01_a.ipynb"]
    copy.with_name("01_a-updated.ipynb").write_text(lecture("mine too"))
    original.write_text(lecture("newest"))
    (line,) = refresh(folders)
    assert "01_a-updated-2.ipynb" in line
    assert copy.with_name("01_a-updated.ipynb").read_text() == lecture("mine too")


def test_a_file_that_is_no_notebook_any_more_stays(folders):
    original, copy = folders
    copy.write_text("not JSON")
    original.write_text(lecture("new"))
    refresh(folders)
    assert copy.read_text() == "not JSON"


@pytest.mark.parametrize("notes", ["{", "[]"])
def test_lost_notes_never_cost_an_edit(folders, notes):
    original, copy = folders
    copy.write_text(lecture("mine"))
    (copy.parent / working_copy.NOTES).write_text(notes)
    refresh(folders)
    assert copy.read_text() == lecture("mine")
    assert copy.with_name("01_a-updated.ipynb").read_text() == original.read_text()


def test_after_an_interrupt_the_same_version_is_not_put_beside_twice(folders):
    original, copy = folders
    notes = copy.parent / working_copy.NOTES
    before = notes.read_bytes()
    copy.write_text(lecture("mine"))
    original.write_text(lecture("new"))
    refresh(folders)
    notes.write_bytes(before)  # as if it had stopped before it could write them
    refresh(folders)
    assert files(folders) == ["01_a-updated.ipynb", "01_a.ipynb"]


@pytest.fixture
def course(folders, monkeypatch):
    """The folders as those of the course, with a new version and no JupyterLab."""
    original, copy = folders
    original.write_text(lecture("new"))
    monkeypatch.setattr(working_copy, "ORIGINALS", original.parent)
    monkeypatch.setattr(working_copy, "COPIES", copy.parent)
    monkeypatch.setattr(servers, "serving", lambda folder: [])
    return copy


def test_what_became_of_each_copy_is_said(course, capsys):
    working_copy.bring_up_to_date()
    assert capsys.readouterr().out == "01_a.ipynb was updated.\n"


def test_while_jupyterlab_has_the_copies_open_none_is_replaced(course, monkeypatch, capsys):
    monkeypatch.setattr(servers, "serving", lambda folder: ["http://127.0.0.1:8888/"])
    working_copy.bring_up_to_date()
    assert course.read_text() == lecture("old")
    assert "my_course/ is open in JupyterLab: " in capsys.readouterr().out


def test_a_folder_in_the_way_is_named(course):
    course.unlink()
    course.mkdir()
    with pytest.raises(CourseError, match=r"could not be read or written \(.*01_a.ipynb'\): no edit is lost"):
        working_copy.bring_up_to_date()
