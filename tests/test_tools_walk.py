"""The walk types what the maintainers' guide says, and notices where that does not lead to the site."""

import pytest

from course_utils.errors import CourseError
from tools import walk

GUIDE = f"""# Guide

    make other

{walk.HEADING}

    make check           # sets up
    make text N=02       # writes

Then:

    make site

## Next

    make publish
"""


def test_only_the_commands_of_its_section_are_typed() -> None:
    assert walk.commands(GUIDE) == ["make check", "make text N=02", "make site"]


def test_the_guide_has_the_commands_from_text_to_site() -> None:
    typed = walk.commands((walk.ROOT / walk.GUIDE).read_text(encoding="utf-8"))
    assert typed[0] == "make check" and "make text N=02" in typed and typed[-1] == "make site"


def test_other_programs_are_not_run(tmp_path) -> None:
    with pytest.raises(CourseError, match="only commands of make"):
        walk.carry_out("rm -r notebooks", tmp_path)


def test_a_failing_command_is_named(tmp_path) -> None:
    with pytest.raises(CourseError, match="'make nothing' failed in a fresh clone"):
        walk.carry_out("make nothing", tmp_path)


def lecture(folder, cell: str):
    text = folder / "lecture.py"
    text.write_text(f'# %% id="{walk.CELL}"\n{cell}\n\n# %% id="next"\n{cell}\n', encoding="utf-8")
    return text


def test_the_edit_stays_in_its_cell(tmp_path) -> None:
    cell = "\n".join(walk.EDITS)
    text = lecture(tmp_path, cell)
    walk.edit(text)
    assert text.read_text(encoding="utf-8").count(walk.WORDS) == 1
    assert text.read_text(encoding="utf-8").endswith(f"{cell}\n")


def test_a_cell_that_has_changed_is_told(tmp_path) -> None:
    with pytest.raises(CourseError, match="bring EDITS"):
        walk.edit(lecture(tmp_path, "nothing to change"))


@pytest.fixture
def walked(tmp_path):
    """A clone after a walk that went well."""
    for name, content in {
        f"docs/build/lectures/{walk.PAGE}.html": walk.WORDS,
        walk.PICTURE: "new",
        f"notebooks/{walk.PAGE}.ipynb": '{"cells": [{"id": "bug-figure", "outputs": ["Walked here"]}]}',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_a_walk_that_went_well(walked) -> None:
    walk.require_changed(walked, b"old")


def test_an_old_page_is_noticed(walked) -> None:
    (walked / f"docs/build/lectures/{walk.PAGE}.html").write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match="new caption"):
        walk.require_changed(walked, b"old")


def test_an_old_picture_is_noticed(walked) -> None:
    with pytest.raises(CourseError, match="old colour"):
        walk.require_changed(walked, b"new")
