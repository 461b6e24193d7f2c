"""README's table and picture come from the notebooks, and stay when nothing changed."""

from __future__ import annotations

import argparse
import base64

import pytest

from course_utils.errors import CourseError
from tests import hostile, tiny
from tools import readme

PLACES = (
    "Before.\n\n<!-- launch -->\n<!-- /launch -->\n\n<!-- lectures -->\n<!-- /lectures -->\n\n"
    "<!-- picture 90 {cell} -->\nold\n<!-- /picture -->\nAfter.\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout with one tiny lecture; its README."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    tiny.write(folder, tiny.lecture())
    page = tmp_path / "README.md"
    page.write_text(PLACES.format(cell="grey-figure"), encoding="utf-8")
    monkeypatch.setattr(readme, "README", page)
    return page


def run(check=False):
    return readme.run(argparse.Namespace(check=check))


def test_table_and_picture_are_filled_in_and_checked(project, capsys):
    assert run(check=True) == 1
    assert "README.md is not what the notebooks say. Type: make readme" in capsys.readouterr().out
    assert run() == 0
    page = project.read_text(encoding="utf-8")
    title, sentence, facts = readme.opening(project.parent / "notebooks" / tiny.NAME)
    assert f"| 90 | [{title}](notebooks/{tiny.NAME}) | {sentence} | {facts} | `make deck N=90` |" in page
    assert 'alt="A grey square without any mark." width="4">' in page
    assert "*It stays grey.*" in page
    assert "old" not in page
    assert page.startswith("Before.")
    assert page.endswith("After.\n")
    picture = project.parent / "docs" / "pictures" / "90-grey-figure.png"
    assert picture.read_bytes() == base64.b64decode(tiny.picture())
    assert run(check=True) == 0


def test_a_second_run_writes_nothing(project, capsys):
    run()
    capsys.readouterr()
    assert run() == 0
    assert capsys.readouterr().out == ""


def test_another_picture_is_noticed(project, capsys):
    run()
    (project.parent / "docs" / "pictures" / "90-grey-figure.png").write_bytes(b"another")
    assert run(check=True) == 1
    assert "docs/pictures/90-grey-figure.png is not" in capsys.readouterr().out


def test_a_cell_without_a_figure_is_named(project):
    project.write_text(PLACES.format(cell="grey-claim"), encoding="utf-8")
    with pytest.raises(CourseError, match="cell grey-claim: README needs a code cell that stores one figure"):
        run()


def test_a_tag_in_a_title_or_caption_stands_as_text(project):
    path = tiny.write(project.parent / "notebooks", hostile.lecture())
    row, figure = readme.row(path, None), readme.stored_picture(path, "grey-figure")
    assert hostile.running(row) == hostile.running(readme.page_part(figure, path, "grey-figure")) == []
    assert "&lt;script>alert(1)&lt;/script>" in row


def test_missing_markers_are_named(project):
    for mark in ("launch", "lectures"):
        project.write_text(PLACES.format(cell="grey-figure").replace(f"<!-- {mark} -->", ""), encoding="utf-8")
        with pytest.raises(CourseError, match=f"README.md needs the lines <!-- {mark} --> and <!-- /{mark} -->"):
            run()


def test_a_published_course_has_links_in_place_of_commands(project):
    settings = '[tool.course]\nrepo = "owner/name"\nref = "v1"\nsite = "https://owner.github.io/name"\n'
    (project.parent / "pyproject.toml").write_text(settings, encoding="utf-8")
    run()
    page = project.read_text(encoding="utf-8")
    assert "<!-- launch -->\n[Open in Colab](https://" in page
    assert "[Page](https://owner.github.io/name/lectures/90_tiny.html)" in page
    assert "make deck" not in page


def test_an_opening_in_another_form_is_named(project):
    lecture = tiny.lecture()
    lecture.cells[0].source = "# Grey"
    tiny.write(project.parent / "notebooks", lecture)
    with pytest.raises(CourseError, match=r"90_tiny.ipynb, cell title: needed are '# Lecture N · Title'"):
        run()
