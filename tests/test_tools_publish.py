"""Publishing writes every link and nothing else; taking it back restores the bytes."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tomllib

import pytest
import yaml

from course_utils.errors import CourseError
from tools import install_cell, launch, lint, notebooks, publish, readme, unpublish
from tools.rules import RULES

ROOT = notebooks.ROOT
THEIRS = launch.of("Someone/their-course", "v1")
TITLE_LINE = (
    "[Open in Colab](https://colab.research.google.com/github/Someone/their-course/blob/v1/notebooks/02_backpropagation.ipynb)"
    " · [Binder](https://mybinder.org/v2/gh/Someone/their-course/v1?urlpath=lab/tree/notebooks/02_backpropagation.ipynb)"
    " · [Page](https://someone.github.io/their-course/lectures/02_backpropagation.html)"
    " · [Slides](https://someone.github.io/their-course/slides/02_backpropagation.html)"
)


def copy_of_the_course(folder, pattern):
    """The course with the lectures that fit the pattern, as before its first publishing."""
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("build"))
    (folder / "notebooks").mkdir()
    for path in [*(ROOT / "notebooks").glob(pattern), *(ROOT / name for name in ("README.md", "pyproject.toml"))]:
        shutil.copy(path, folder / path.relative_to(ROOT))
    shutil.copy(ROOT / "CITATION.cff", folder)
    publish.write(folder, None)
    return folder


@pytest.fixture
def course(tmp_path, monkeypatch, capsys):
    """A copy with the lecture that README shows; the verbs work on it."""
    folder = copy_of_the_course(tmp_path, "02_*.ipynb")
    monkeypatch.setattr(notebooks, "ROOT", folder)
    capsys.readouterr()
    return folder


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cell(folder, cell_id):
    (path,) = notebooks.find(["02"], folder / "notebooks")
    return publish.cell_of(notebooks.read(path), cell_id, path)


def edit(folder, old, new):
    """Change the lecture's file by hand."""
    (path,) = notebooks.find(["02"], folder / "notebooks")
    text = notebooks.text_of(path)
    assert old in text
    notebooks.save(path, text.replace(old, new))
    return path


def found(folder, rule):
    return [
        finding.message for path in notebooks.find(folder=folder / "notebooks") for finding in lint.lint(path, [rule])
    ]


def call(repo=None, ref=None):
    return publish.run(argparse.Namespace(repo=repo, ref=ref))


def git(folder, *words):
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *person, *words], check=True, capture_output=True)


@pytest.fixture
def repository(course):
    """The copy as a git repository with one commit on branch main."""
    git(course, "init", "--initial-branch", "main")
    git(course, "add", "README.md")
    git(course, "commit", "--message", "one")
    return course


def test_every_link_leads_to_the_repository_at_the_ref(course, capsys):
    assert call("Someone/their-course", "v1") == 0
    assert "The links open Someone/their-course at v1. Commit, " in capsys.readouterr().out
    assert cell(course, "title").source.endswith(f"before: lecture 1\n\n{TITLE_LINE}")
    assert "git+https://github.com/Someone/their-course@v1" in cell(course, "install").source
    page = (course / "README.md").read_text(encoding="utf-8")
    assert f"<!-- launch -->\n{launch.line(THEIRS.front_links())}\n<!-- /launch -->" in page
    assert f"| {TITLE_LINE} |" in page
    settings = tomllib.loads((course / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]
    assert settings == {"repo": "Someone/their-course", "ref": "v1", "site": "https://someone.github.io/their-course"}
    citation = yaml.safe_load((course / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["repository-code"] == "https://github.com/Someone/their-course"
    assert citation["url"] == settings["site"]


def test_a_second_call_changes_nothing_and_unpublishing_restores_the_bytes(course, capsys):
    before = contents(course)
    call("Someone/their-course", "v1")
    published = contents(course)
    assert published != before
    capsys.readouterr()
    call("Someone/their-course", "v1")
    assert "wrote" not in capsys.readouterr().out
    assert contents(course) == published
    call("other/fork", "main")
    assert not any(b"Someone" in content for content in contents(course).values())
    assert unpublish.run(argparse.Namespace()) == 0
    assert contents(course) == before


def test_unpublishing_what_is_not_published_says_so(course, capsys):
    before = contents(course)
    unpublish.run(argparse.Namespace())
    assert capsys.readouterr().out == "The course is not published.\n"
    assert contents(course) == before


def test_what_stands_behind_our_block_stays(course):
    call("Someone/their-course", "v1")
    path = course / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[tool.other]\nkept = true\n", encoding="utf-8")
    unpublish.run(argparse.Namespace())
    tools = tomllib.loads(path.read_text(encoding="utf-8"))["tool"]
    assert tools["other"] == {"kept": True}
    assert "course" not in tools


@pytest.mark.slow
def test_lint_passes_for_all_lectures_before_and_after(tmp_path):
    course = copy_of_the_course(tmp_path, "*.ipynb")
    before = contents(course)
    publish.write(course, THEIRS)
    assert [str(finding) for path in notebooks.find(folder=course / "notebooks") for finding in lint.lint(path)] == []
    wanted = readme.wanted(course / "README.md", launch.read(course))
    assert all(readme.is_current(path, content) for path, content in wanted.items())
    publish.write(course, None)
    assert contents(course) == before
    for path in notebooks.find(folder=course / "notebooks"):
        assert lint.lint(path, ["launch-links", "install-address", "up-to-date", "canonical"]) == []


def test_lint_passes_after_publishing(course):
    call("Someone/their-course", "v1")
    rules = RULES.keys() - {"links"}  # the next lecture is not there
    assert [
        str(finding) for path in notebooks.find(folder=course / "notebooks") for finding in lint.lint(path, rules)
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("github/Someone/", "github/somebody/", "Open in Colab leads to https://colab.research.google.com/github/some"),
        ("their-course/v1?", "their-course/v2?", "Binder leads to https://mybinder.org/v2/gh/Someone/their-course/v2?"),
        ("their-course/lectures/02", "their-course/lectures/03", "Page leads to https://someone.github.io/"),
        ("their-course/slides/02", "their-course/02", "Slides leads to https://someone.github.io/their-course/02_"),
        (" · [Slides]", " · [Deck]", "Slides is missing"),
        ('02_backpropagation.html)"', '02_backpropagation.html) and more"', "their line does not end the cell"),
    ],
)
def test_a_link_that_leads_elsewhere_is_found(course, old, new, said):
    call("Someone/their-course", "v1")
    edit(course, old, new)
    messages = found(course, "launch-links")
    assert any(said in message for message in messages)
    assert all(message.startswith("The launch links are not those of the settings in") for message in messages)


def test_an_address_that_is_not_that_of_the_settings_is_found(course):
    call("Someone/their-course", "v1")
    edit(course, "their-course@v1", "their-course@v2")
    (message,) = found(course, "install-address")
    assert message.endswith("it installs from git+https://github.com/Someone/their-course@v1")


def test_links_without_settings_are_found(course):
    call("Someone/their-course", "v1")
    path = course / "pyproject.toml"
    path.write_text(publish.BLOCK.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert len(found(course, "launch-links")) == 4
    (message,) = found(course, "install-address")
    assert message.endswith("before publishing it installs nothing")


def test_outputs_that_were_out_of_date_stay_so(course):
    path = edit(course, "start(lecture=2)", "start(lecture=2, backend=None)")
    before = contents(course)
    call("Someone/their-course", "v1")
    (finding,) = lint.lint(path, ["up-to-date"])
    assert "and so did setup" in finding.message
    unpublish.run(argparse.Namespace())
    assert contents(course) == before
    (finding,) = lint.lint(path, ["up-to-date"])
    assert finding.cell == "setup"


def test_a_lecture_without_an_install_cell_is_named_and_nothing_is_written(course):
    edit(course, '"id": "install"', '"id": "installation"')
    before = contents(course)
    with pytest.raises(CourseError, match=r"02_backpropagation.ipynb has no cell install, .* Type: make lint N=02"):
        call("Someone/their-course", "v1")
    assert contents(course) == before


BAD_REPOS = (
    "owner",
    "a/b/c",
    "/name",
    "owner/",
    "own er/name",
    "owner/na me",
    'owner/"name"',
    "owner/$(ls)",
    "owner/a;b",
)
BAD_REPOS += (
    "owner/name?x",
    "owner/name)",
    "-owner/name",
    "own--er/name",
    "owner/..",
    "owner/name.git",
    "owner/name\n",
)


@pytest.mark.parametrize("repo", BAD_REPOS)
def test_a_repository_that_cannot_be_one_is_refused(course, repo):
    before = contents(course)
    with pytest.raises(
        CourseError, match=r"names no repository on GitHub: needed is owner/name, .* Type: make publish"
    ):
        call(repo, "v1")
    assert contents(course) == before


@pytest.mark.parametrize(
    "ref", ["-x", "a b", "feature/x", "v1..v2", "v1.lock", "v1.", 'v"1', "$(ls)", "v1;ls", "v1\n", "v1)"]
)
def test_a_ref_that_cannot_be_linked_is_refused(course, ref):
    before = contents(course)
    with pytest.raises(CourseError, match=r"cannot be linked: allowed are letters and digits, .* Type: make publish"):
        call("owner/name", ref)
    assert contents(course) == before


@pytest.mark.parametrize("ref", ["v1", "2026.11.0", "main", "my-branch_2", "0fd4d0719581"])
def test_usual_refs_are_linked(ref):
    assert launch.of("owner/name", ref).address == f"git+https://github.com/owner/name@{ref}"


def test_the_site_of_an_owner_has_no_folder():
    assert launch.of("Owner/owner.github.io", "main").site == "https://owner.github.io"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/Someone/their-course.git",
        "https://github.com/Someone/their-course",
        "https://token@github.com/Someone/their-course.git",
        "git@github.com:Someone/their-course.git",
        "ssh://git@github.com/Someone/their-course.git",
    ],
)
def test_the_remote_names_the_repository_and_the_branch_is_the_ref(repository, remote):
    git(repository, "remote", "add", "origin", remote)
    call()
    assert launch.read(repository) == launch.of("Someone/their-course", "main")


def test_a_tag_goes_before_the_branch(repository):
    git(repository, "tag", "v7")
    call("Someone/their-course")
    assert launch.read(repository).ref == "v7"


def test_without_a_tag_and_a_branch_one_must_be_named(repository):
    git(repository, "checkout", "--detach")
    with pytest.raises(CourseError, match=r"no tag and no branch is checked out: name one. Type: make publish REPO="):
        call("Someone/their-course")


def test_without_a_remote_a_repository_must_be_named(repository):
    with pytest.raises(
        CourseError, match=r"there is no git remote origin: name the repository. Type: make publish REPO="
    ):
        call()


@pytest.mark.parametrize("remote", ["https://example.org/a/b.git", "https://github.com.example.org/a/b", "/srv/course"])
def test_a_remote_elsewhere_is_named(repository, remote):
    git(repository, "remote", "add", "origin", remote)
    with pytest.raises(CourseError, match=rf"the git remote origin, '{remote}', is not on GitHub: name the repository"):
        call()


@pytest.mark.parametrize(("lines", "there"), [('repo = "a/b"', "repo"), ("", "nothing")])
def test_settings_that_are_not_complete_are_named(tmp_path, lines, there):
    (tmp_path / "pyproject.toml").write_text(f"[tool.course]\n{lines}\n", encoding="utf-8")
    with pytest.raises(
        CourseError, match=rf"pyproject.toml holds {there}: needed are repo, ref and site. Type: make pub"
    ):
        launch.read(tmp_path)


def test_the_install_cell_is_the_same_in_every_lecture():
    where = launch.read(ROOT)
    for path in notebooks.find():
        install = publish.cell_of(notebooks.read(path), "install", path)
        assert install.source == install_cell.source(where.address if where else "")
