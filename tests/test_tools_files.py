"""What is written is whole or not at all, whoever writes it, and a full disk or a closed folder gets one sentence."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.errors import CourseError
from slides import build
from tests import limits, tiny
from tools import __main__ as main
from tools import execute, files, kernels, lab, mutate, notebooks, readme, site, working_copy

LARGE = b"x" * 10_000


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_takes_the_place_of_an_older_one(tmp_path):
    files.replace(tmp_path / "a", b"old")
    files.replace(tmp_path / "a", b"new")
    assert contents(tmp_path) == {"a": b"new"}


def test_on_a_full_disk_the_older_file_stays_and_the_error_names_it(tmp_path):
    files.replace(tmp_path / "a", b"old")
    with limits.full_disk(), pytest.raises(OSError) as caught:
        files.replace(tmp_path / "a", LARGE)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(tmp_path / "a"))
    assert contents(tmp_path) == {"a": b"old"}


def test_a_folder_takes_the_place_of_an_older_one_once_it_is_filled(tmp_path):
    for text in (b"old", b"new"):
        with files.renewed(tmp_path / "out") as fresh:
            files.replace(fresh / text.decode(), text)
    assert contents(tmp_path) == {"out/new": b"new"}


def test_a_folder_that_could_not_be_filled_leaves_the_older_one(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"old")
    with limits.full_disk(), pytest.raises(OSError), files.renewed(tmp_path / "out") as fresh:
        files.replace(fresh / "a", LARGE)
    assert contents(tmp_path) == {"out/a": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "make room on that disk"),
        (errno.EROFS, "give yourself the right to write there"),
        (errno.EACCES, "or choose a folder of your own"),
    ],
)
def test_why_a_file_could_not_be_read_or_written_is_one_sentence(number, said):
    sentence = files.why(OSError(number, "no", "/course/a"))
    assert sentence.startswith("/course/a could not be read or written (no); what was there before is unchanged.")
    assert said in sentence and "\n" not in sentence


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "no", "a"), OSError(errno.ENOSPC, "no"), OSError()])
def test_an_error_about_something_else_is_not_explained(error):
    assert files.why(error) == ""


# Whatever the tools write


def tiny_lecture(folder):
    """A lecture whose one cell is changed by what the test does to it."""
    return tiny.write(folder, tiny.lecture())


def executed(path):
    cell = tiny.code("grey-experiment", "print('new ' * 500)")
    tiny.write(path.parent, tiny.v4.new_notebook(cells=[cell]), stamp=False)
    return path


@pytest.mark.slow
def test_a_lecture_whose_outputs_find_no_room_stays_as_it_was(tmp_path, monkeypatch):
    path = executed(tmp_path / tiny.NAME)
    before = contents(tmp_path)
    save = files.replace

    def on_a_full_disk(*given):
        with limits.full_disk():
            save(*given)

    monkeypatch.setattr(files, "replace", on_a_full_disk)  # the kernel has room, the lecture has not
    with pytest.raises(OSError, match=tiny.NAME):
        execute.execute(path, 60)
    assert contents(tmp_path) == before


def test_a_deck_that_finds_no_room_leaves_the_one_that_was_built_before(tmp_path):
    path, out = tiny_lecture(tmp_path), tmp_path / "out"
    build.build([path], out)
    before = contents(out)
    tiny.write(tmp_path, tiny.edited("grey-mechanism", lambda cell: cell.update(source="## What is white?")))
    with limits.full_disk(), pytest.raises(OSError, match="out"):
        build.build([path], out)
    assert contents(out) == before


def test_a_site_that_finds_no_room_leaves_the_one_that_was_built_before(tmp_path, monkeypatch):
    out = tmp_path / "site"
    out.mkdir()
    (out / "searchindex.js").write_text("earlier")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(site, "copy_mathjax", lambda folder: None)

    def call_sphinx(course, work):
        (work / "html").mkdir()
        (work / "html" / "searchindex.js").write_bytes(LARGE)

    monkeypatch.setattr(site, "call_sphinx", call_sphinx)
    copy = files.copy

    def on_a_full_disk(*given):
        with limits.full_disk():
            copy(*given)

    monkeypatch.setattr(files, "copy", on_a_full_disk)
    with pytest.raises(OSError, match=r"searchindex\.js"):
        site.build(out, tmp_path)
    assert contents(out) == {"searchindex.js": b"earlier"}


def test_a_working_copy_that_finds_no_room_costs_no_edit(tmp_path, monkeypatch):
    originals, copies = tmp_path / "notebooks", tmp_path / "my_course"
    monkeypatch.setattr(working_copy, "ORIGINALS", originals)
    monkeypatch.setattr(working_copy, "COPIES", copies)
    monkeypatch.setattr(working_copy.servers, "serving", lambda folder: [])
    originals.mkdir()
    tiny_lecture(originals)
    working_copy.bring_up_to_date()
    before = contents(copies)
    tiny.write(originals, tiny.edited("next", lambda cell: cell.update(source="Next: everything.")))
    with limits.full_disk(), pytest.raises(CourseError, match=r"90_tiny\.ipynb.*no edit is lost"):
        working_copy.bring_up_to_date()
    assert contents(copies) == before


def test_readme_that_finds_no_room_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "README", tmp_path / "README.md")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").touch()
    tiny_lecture(tmp_path / "notebooks")
    marks = "".join(f"<!-- {name} -->\n<!-- /{name} -->\n" for name in ("launch", "lectures"))
    (tmp_path / "README.md").write_text(marks + "word " * 400)
    before = contents(tmp_path)
    with limits.full_disk(), pytest.raises(OSError, match=r"README\.md"):
        readme.run(main.argparse.Namespace(check=False))
    assert contents(tmp_path) == before


def test_settings_of_an_environment_that_many_share_are_not_written_and_lab_opens_all_the_same(tmp_path):
    (tmp_path / "share").touch()
    lab.write_settings(tmp_path)
    assert contents(tmp_path) == {"share": b""}


# As a person meets it


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The course in a folder whose name has spaces and letters of three alphabets."""
    root = tmp_path_factory.mktemp("home") / "Kurs für Änfänger 深 η"
    root.mkdir()
    mutate.copy_tree(notebooks.ROOT, root)
    return root


def python(checkout, code, **environment):
    """The finished run of some code in that folder, by somebody to whom the rights of files apply."""
    given = {**kernels.bare_environment(), "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = limits.humble(sys.executable, "-c", code)
    return subprocess.run(command, cwd=checkout, env=given, capture_output=True, encoding="utf-8", errors="replace")


def verbs(*lines):
    """Code that calls one verb after the other and prints how each ended."""
    return f"from tools.__main__ import main\nfor words in {lines}:\n    print('ended with', main(words.split()))"


@pytest.mark.slow
def test_a_course_that_cannot_be_written_gets_one_sentence_for_each_verb(checkout):
    written = {
        "copies": "my_course",
        "text 00": "00_start_here.py",
        "deck 00": "slides/build",
        "publish --repo a/b --ref v1": "notebooks/00_start_here.ipynb",
    }
    with limits.closed(checkout), limits.closed(checkout / "slides"), limits.closed(checkout / "notebooks"):
        done = python(checkout, verbs(*written))
    assert done.stdout.count("ended with 1\n") == len(written)
    sentences = done.stderr.splitlines()
    assert len(sentences) == len(written), done.stderr
    for sentence, name in zip(sentences, written.values(), strict=True):
        assert name in sentence and "Permission denied" in sentence


@pytest.mark.slow
def test_a_lecture_loads_claims_and_checks_where_nothing_can_be_written(checkout, tmp_path):
    code = (
        "from course_utils import check, claim, load\n"
        "claim('it has ten classes', len(load('digits').class_names), '==', 10)\n"
        "check('read-a-curve', ...)"
    )
    with limits.closed(checkout), limits.closed(tmp_path / "home") as home:
        done = python(checkout, code, HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("✓ it has ten classes (exactly 10)\n· read-a-curve: not tried yet")


@pytest.mark.slow
def test_without_a_home_that_can_be_written_lab_says_so_and_not_jupyter(checkout, tmp_path):
    with limits.closed(tmp_path / "home") as home:
        done = python(checkout, verbs("lab --originals"), HOME=str(home), JUPYTER_RUNTIME_DIR=str(home / "runtime"))
    assert done.stdout == "ended with 1\n"
    assert done.stderr.count("\n") == 1 and f"{home}/runtime could not be read or written" in done.stderr


@pytest.mark.slow
def test_spaces_and_letters_of_other_alphabets_in_the_path_do_no_harm(checkout):
    tiny.write(checkout / "notebooks", tiny.v4.new_notebook(cells=[tiny.code("grey-experiment", "1 + 1")]))
    done = python(checkout, verbs("copies", "execute 90", "text 90", "deck 00"))
    assert done.stdout.count("ended with 0\n") == 4, done.stdout + done.stderr
    assert "90_tiny: " in done.stdout
    for name in (f"my_course/{tiny.NAME}", "notebooks/90_tiny.py", "slides/build/00_start_here.html"):
        assert (checkout / name).exists()


@pytest.mark.slow
def test_a_terminal_without_our_signs_shows_others(checkout):
    tiny.write(checkout / "notebooks", tiny.lecture(), "91_loose.ipynb")
    loose = checkout / "notebooks" / "91_loose.ipynb"
    loose.write_bytes(loose.read_bytes() + b"\n")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = python(checkout, verbs("format --check 91"), **ascii_only)
    assert "91_loose.ipynb is not in its canonical form ? repair:" in done.stdout, done.stderr


def test_a_package_that_is_missing_is_named_with_what_to_type(monkeypatch, capsys):
    monkeypatch.setattr(main.setup, "python_for", lambda group: None)
    monkeypatch.setitem(sys.modules, "tools.lint", None)
    with pytest.raises(ModuleNotFoundError):  # a part of the course itself: no package to install
        main.main(["lint"])
    monkeypatch.delitem(sys.modules, "tools.lint")
    monkeypatch.setitem(sys.modules, "nbformat", None)
    for name in [name for name in sys.modules if name.startswith("tools.")]:
        if name not in ("tools.__main__", "tools.files"):
            monkeypatch.delitem(sys.modules, name)
    assert main.main(["lint"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("nbformat is not installed, and this needs it. Type: ")
    assert '-m pip install -c constraints.txt -e ".[' in said and "test" in said and said.count("\n") == 1
