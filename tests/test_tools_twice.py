"""Building twice: equal trees pass and are counted, a file that differs is named."""

import itertools

import pytest

from course_utils.errors import CourseError
from slides import build as slides
from tests import tiny
from tools import twice


def test_equal_trees_are_counted(tmp_path):
    def build(out):
        (out / "pages").mkdir(parents=True)
        (out / "index.html").write_text("a")
        (out / "pages" / "b.html").write_text("b")

    assert twice.same_twice(build, tmp_path) == 2


@pytest.mark.parametrize("name", ["{}.html", "same.html"])
def test_a_file_that_differs_or_is_there_once_is_named(tmp_path, name):
    count = itertools.count()

    def build(out):
        out.mkdir(parents=True)
        number = next(count)
        (out / name.format(number)).write_text(str(number))

    with pytest.raises(CourseError, match=f"site: not the same when built again: {name.format(0)}"):
        twice.same_twice(build, tmp_path / "site")


def test_a_deck_is_the_same_twice(tmp_path):
    path = tiny.write(tmp_path, tiny.lecture())
    assert twice.same_twice(lambda out: slides.build([path], out), tmp_path / "slides") > 3
