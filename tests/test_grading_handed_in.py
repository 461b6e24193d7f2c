"""What was handed in is found, named and read, whatever it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from course_utils.errors import CourseError
from course_utils.grading import handed_in
from course_utils.grading.handed_in import HandedIn, content, find, parse
from tools import notebooks

ROOT = Path("in")


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("anna/07_optimizers.ipynb", "anna"),
        ("anna/week 7/07_optimizers.ipynb", "anna"),  # nbgrader: submitted/STUDENT/ASSIGNMENT
        ("Ada Lovelace_1234_assignsubmission_file_/07_optimizers.ipynb", "Ada Lovelace"),
        ("Ada Lovelace_1234_assignsubmission_file_07_optimizers.ipynb", "Ada Lovelace"),
        ("lovelaceada_12_3456_07_optimizers.ipynb", "lovelaceada"),
        ("lovelaceada_LATE_12_3456_07_optimizers-1.ipynb", "lovelaceada"),
        ("anna_07_optimizers.ipynb", "anna"),
        ("Anna B - 07_optimizers (1).ipynb", "Anna B"),
        ("07_optimizers.ipynb", "07_optimizers"),
        ("anna.ipynb", "anna"),
        ("..ipynb", "."),
    ],
)
def test_the_student_is_named_by_folder_or_file(file, student):
    assert HandedIn(ROOT / file, file, ROOT).student == student


def test_a_file_given_itself_is_named_by_its_name():
    assert HandedIn(Path("../x/anna_07_optimizers.ipynb"), "../x/anna_07_optimizers.ipynb").student == "anna"


def test_what_is_no_notebook_is_told_apart_and_what_programs_leave_is_passed_over(tmp_path):
    for name in (
        "b/1.ipynb",
        "a/2.IPYNB",
        "a/essay.pdf",
        "a/.ipynb_checkpoints/2.ipynb",
        "__MACOSX/3.ipynb",
        ".x.ipynb",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found, others = find([tmp_path])
    assert [file.file for file in found] == ["a/2.IPYNB", "b/1.ipynb"]
    assert others == ["a/essay.pdf"]


def test_several_folders_keep_their_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.ipynb").write_bytes(b"")
    assert [file.file for file in find([Path("a"), Path("b"), Path("a/1.ipynb")])[0]] == ["a/1.ipynb", "b/1.ipynb"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_links_that_lead_out_are_refused_and_others_are_read(tmp_path):
    inside = tmp_path / "in"
    (inside / "ada").mkdir(parents=True)
    (inside / "ada" / "real.ipynb").write_bytes(b"{}")
    (inside / "within.ipynb").symlink_to("ada/real.ipynb")
    (tmp_path / "secret.ipynb").write_bytes(b"secret")
    (inside / "out.ipynb").symlink_to("../secret.ipynb")
    (inside / "absolute.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (inside / "folder").symlink_to("..")
    (inside / "nowhere.ipynb").symlink_to("gone.ipynb")
    os.mkfifo(inside / "pipe.ipynb")
    found, _ = find([inside])
    said = {}
    for file in found:
        try:
            said[file.file] = content(file)
        except CourseError as error:
            said[file.file] = str(error)
    out = "a link that leads out of the folder; it was not followed"
    nothing = "no file, but something else of that name"
    assert said == {
        "absolute.ipynb": out,
        "ada/real.ipynb": b"{}",
        "folder": out,
        "nowhere.ipynb": nothing,
        "out.ipynb": out,
        "pipe.ipynb": nothing,
        "within.ipynb": b"{}",
    }


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    with pytest.raises(CourseError, match="a file of 500 MB; more than 50 MB are not read"):
        content(HandedIn(path, "large.ipynb"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "an empty file"),
        (b" \n", "an empty file"),
        (b"\n<html>", "a web page"),
        (b"{", "damaged, or another format"),
        (b"\xff\xfe\x00", "damaged, or another format"),
        (b"PK\x03\x04", "damaged, or another format"),
        (b"[" * 100_000, "damaged, or another format"),
        (b"[]", "its parts are missing"),
        (b"7", "its parts are missing"),
        (b'{"nbformat": 4}', "its parts are missing"),
        (b'{"nbformat": "x", "cells": []}', "its parts are missing"),
        (b'{"nbformat": 4, "cells": "abc"}', "its parts are missing"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "its parts are missing"),
        (b'{"nbformat": 3, "worksheets": []}', "old format"),
    ],
)
def test_what_is_no_notebook_is_said(data, said):
    with pytest.raises(CourseError, match=said):
        parse(data)


def notebook(*cells):
    made = [{"cell_type": "code", "source": source} for source in cells]
    return parse(json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "#"}, *made]}).encode())


def test_a_notebook_without_cells_and_one_without_ids():
    assert notebook().cells == ()
    assert notebook(["a\n", "b"], "c").cells == ("a\nb", "c")
    assert notebook("a", "b").name(1) == "cell 3"
    assert notebook("a").name("forged") == notebook("a").name(7) == "a cell"


@pytest.mark.parametrize(
    ("code", "lecture"),
    [
        ("start(lecture=4)", 4),
        ("x = 1\n  start( 12, profile='full')", 12),
        ("# start(lecture=4)\nrestart(5)\nclock.start(6)", None),
        ("start(lecture=n)", None),
    ],
)
def test_the_lecture_is_what_start_is_given(code, lecture):
    assert notebook(code).lecture == lecture


@pytest.mark.parametrize("path", notebooks.find(), ids=lambda path: path.stem)
def test_the_lectures_know_their_number_and_are_above_suspicion(path):
    lecture = parse(path.read_bytes())
    assert lecture.lecture == notebooks.number(path)
    assert lecture.suspicious() == []


@pytest.mark.parametrize(
    "code",
    [
        "def check(*a): pass",
        "check = print",
        "from helpers import mine as check",
        "check('a', get('a').reference)",
        "import course_utils.exercises.checking as c",
        "from course_utils.exercises import get",
        "from course_utils.exercises.lecture_04 import EXERCISES",
        "from course_utils.exercises.registry import _EXERCISES",
        "import course_utils.grading.child",
        "os.write(5, b'')",
    ],
)
def test_what_reaches_into_the_checker_is_named(code):
    assert notebook("x = 1", code).suspicious()


@pytest.mark.parametrize("code", ["subprocess.run([], check=True)", "check('a', f)", "solution('a')", "s.check == 1"])
def test_honest_code_is_not_suspicious(code):
    assert notebook(code).suspicious() == []


def test_bytes_that_are_no_text_in_a_name_can_be_written():
    assert handed_in._readable(os.fsdecode(b"a\xff.ipynb")).encode() == rb"a\xff.ipynb"
