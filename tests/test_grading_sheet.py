"""The table survives hostile names, a second call, and a spreadsheet."""

from __future__ import annotations

import csv
import os

import pytest

from course_utils.errors import CourseError
from course_utils.grading.sheet import DIGEST, FIRST, Sheet, safe

ROW = {"file": "a.ipynb", "student": "a", "lecture": 1, "status": "graded", "right": 1, "of": 2, DIGEST: "d1"}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("\t=1", "\\t=1"),
        ("\r\n=1", "\\r\\n=1"),
        ("a\nb\x1b[2J\u2028", "a\\nb\\x1b[2J\\u2028"),
        ('O\'Hara, "Bob" <b>', 'O\'Hara, "Bob" <b>'),
        ("Zoë 日本", "Zoë 日本"),
        (7, "7"),
    ],
)
def test_a_cell_is_harmless(given, written):
    assert safe(given) == written
    assert safe(written) == written


def saved(path, *rows, exercises=("ex-a", "ex-b")):
    sheet = Sheet(path)
    sheet.add_exercises(exercises)
    for row in rows:
        sheet.put(row)
    sheet.save()
    return path


def test_what_is_written_is_read_again(tmp_path):
    names = ["plain", '"a", b', "=cmd", "x\ny", "<script>", "日本"]
    path = saved(tmp_path / "g.csv", *(ROW | {"file": name, "ex-a": "right"} for name in names))
    again = Sheet(path)
    assert all(again.has(name, "d1") for name in names)
    assert not again.has("plain", "d2") and not again.has("other", "d1")
    before = path.read_bytes()
    again.save()
    assert path.read_bytes() == before
    assert len(list(csv.reader(before.decode("utf-8-sig").splitlines()))) == 1 + len(names)


def test_columns_of_other_lectures_and_of_the_instructor_stay(tmp_path):
    path = saved(tmp_path / "g.csv", ROW | {"ex-a": "right", "ex-b": "wrong"})
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([f"{lines[0]},comment", f"{lines[1]},good"]), "utf-8-sig")
    saved(path, ROW | {"ex-c": "right", DIGEST: "d2"}, ROW | {"file": "b.ipynb"}, exercises=["ex-c"])
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert list(first) == [*FIRST, "ex-a", "ex-b", "ex-c", DIGEST, "comment"]
    assert [first[name] for name in ("ex-a", "ex-c", DIGEST, "comment")] == ["", "right", "d2", "good"]
    assert second["comment"] == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,mark\n",
        ";".join([*FIRST, DIGEST]).encode(),
        ",".join([*FIRST, DIGEST, "\nx,y"]).encode(),
        "Zoë".encode("latin-1"),
        b"\x00\xff",
    ],
)
def test_a_file_of_another_kind_is_left_as_it_is(tmp_path, content):
    path = tmp_path / "g.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"Give another --output"):
        Sheet(path)
    assert path.read_bytes() == content


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        Sheet(tmp_path)


def test_a_table_that_cannot_be_replaced_is_kept_beside_it(tmp_path, monkeypatch):
    path = saved(tmp_path / "g.csv", ROW)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(CourseError, match=r"open in a spreadsheet\? The table is in g\.csv\.new\.$"):
        saved(path, ROW | {"file": "b.ipynb"})
    monkeypatch.undo()
    os.replace(tmp_path / "g.csv.new", path)  # noqa: PTH105 (Path.replace is what was broken)
    assert Sheet(path).has("b.ipynb", "d1")
