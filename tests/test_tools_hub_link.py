"""A hub link says which repository, which branch and which lecture, in the words that nbgitpuller reads."""

from __future__ import annotations

import argparse
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from course_utils.errors import CourseError
from tools import hub_link, launch, notebooks

THEIRS = launch.of("Someone/their-course", "main")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A published course on branch main, with the lectures of this one."""
    settings = f'[tool.course]\nrepo = "{THEIRS.repo}"\nref = "{THEIRS.ref}"\nsite = "{THEIRS.site}"\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    git(tmp_path, "init", "--initial-branch", "main")
    git(tmp_path, "commit", "--allow-empty", "--message", "one")
    return tmp_path


def git(folder, *words):
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *person, *words], check=True, capture_output=True)


def call(*lectures, hub="https://hub.example.edu", branch=""):
    return hub_link.run(argparse.Namespace(lectures=lectures, hub=hub, branch=branch))


def read(link):
    """The parts that nbgitpuller takes from a link, each given once."""
    return {key: value for key, [value] in parse_qs(urlsplit(link).query, strict_parsing=True).items()}


def test_the_link_brings_the_course_and_opens_the_lecture(course, capsys):
    assert call("07") == 0
    (link,) = capsys.readouterr().out.split()
    assert link.partition("?")[0] == "https://hub.example.edu/hub/user-redirect/git-pull"
    assert read(link) == {
        "repo": "https://github.com/Someone/their-course",
        "branch": "main",
        "urlpath": "lab/tree/their-course/notebooks/07_optimizers.ipynb",
    }


def test_without_a_number_every_lecture_has_its_link(course, capsys):
    call()
    opened = [read(link)["urlpath"].rpartition("/")[2] for link in capsys.readouterr().out.split()]
    assert opened == [path.name for path in notebooks.find()]


def test_what_an_address_cannot_hold_is_encoded():
    link = hub_link.link("https://h", "o/n.a_m-e", "term/2+a", "07_a.ipynb")
    assert "branch=term%2F2%2Ba&" in link
    assert read(link)["branch"] == "term/2+a"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://hub.example.edu", "https://hub.example.edu"),
        ("https://hub.example.edu/", "https://hub.example.edu"),
        ("http://127.0.0.1:8000/hub/login?next=%2Fhub%2F", "http://127.0.0.1:8000"),
        ("https://example.edu/jupyter/hub/home", "https://example.edu/jupyter"),
        ("https://example.edu/jupyter/user/ann/lab", "https://example.edu/jupyter"),
        ("https://hubs.example.edu/hubs", "https://hubs.example.edu/hubs"),
    ],
)
def test_the_address_of_any_page_of_the_hub_will_do(address, base):
    assert hub_link.base_of(address) == base


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hub.example.edu",
        "ftp://hub.example.edu",
        "https://",
        "https://me:secret@hub.example.edu",
        "https://hub.example.edu?a=b",
        "https://hub.example.edu/#a",
        "https://hub example.edu",
        "https://hub.example.edu/a\n",
        "https://hub.example.edu/)",
    ],
)
def test_what_is_no_address_of_a_hub_is_refused(course, address):
    with pytest.raises(CourseError, match=r"it begins with https:// .* Type: make hub-link HUB=https://hub.example"):
        call("07", hub=address)


@pytest.mark.parametrize("branch", ["-x", "a b", "a..b", "a/", "x&repo=y", "main\n"])
def test_what_can_be_no_branch_is_refused(course, branch):
    with pytest.raises(CourseError, match=r"cannot be linked: allowed are letters and digits, .* BRANCH=main"):
        call("07", branch=branch)


def test_a_tag_needs_a_branch_beside_it(course, capsys):
    git(course, "branch", "--move", "main", "trunk")
    git(course, "tag", "main")
    with pytest.raises(CourseError, match=r"published at main, which is no branch of this clone.* BRANCH=main"):
        call("07")
    call("07", branch="trunk")
    assert read(capsys.readouterr().out.strip())["branch"] == "trunk"


def test_a_branch_of_the_remote_will_do(course):
    git(course, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(course, "branch", "--move", "main", "work")
    assert call("07") == 0


def test_a_course_that_is_not_published_says_what_to_type(course):
    (course / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match=r"not published, .* Type: make publish REPO=owner/name REF=main"):
        call("07")


def test_a_lecture_that_is_not_there_is_named(course):
    with pytest.raises(CourseError, match="no lecture '99'"):
        call("99")
