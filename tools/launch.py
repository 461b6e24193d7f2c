"""Where a published course is opened, on Colab, Binder and its site: the settings, and the links that follow from them.

The settings stand in pyproject.toml under ``[tool.course]``; a course that was not published has none.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from course_utils.errors import CourseError

FIRST = "00_start_here.ipynb"
REPO = re.compile(r"(?P<owner>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/(?P<name>[A-Za-z0-9._-]{1,100})")
#: Without a slash: Colab could not tell where such a branch ends and the path begins.
REF = re.compile(r"[A-Za-z0-9_](?:[._-]?[A-Za-z0-9_])*")
LABELS = ("Open in Colab", "Binder", "Page", "Slides")
LECTURES = "lectures"  # where the site has a page for each lecture
LINE = re.compile(rf"^\[(?:{'|'.join(LABELS)})\]\(https?:.*$\n?", re.MULTILINE)
#: An address that opens somebody's notebook, wherever it stands.
ADDRESS = re.compile(r"https?://(?:colab\.research\.google\.com|mybinder\.org)/[^\s)>\"']+")


@dataclass(frozen=True)
class Launch:
    """Where a course is published.

    Attributes:
        repo: Its repository on GitHub, "owner/name".
        ref: The tag or branch that the links open.
        site: The address of its web site, without a slash at the end.
    """

    repo: str
    ref: str
    site: str

    def __post_init__(self) -> None:
        require_repo(self.repo)
        if not REF.fullmatch(self.ref) or self.ref.endswith(".lock"):
            raise CourseError(
                f"the ref {self.ref!r} cannot be linked: allowed are letters and digits, with single . _ or - between "
                "them, such as v1 or main. Type: make publish REPO=owner/name REF=v1"
            )

    @property
    def address(self) -> str:
        """What pip installs: `course_utils` as it is at the ref."""
        return f"git+https://github.com/{self.repo}@{self.ref}"

    def links(self, name: str) -> dict[str, str]:
        """The addresses that open a lecture, by label; `name` is its file's."""
        page = name.removesuffix(".ipynb") + ".html"
        return _labelled(*self._notebook(name), f"{self.site}/{LECTURES}/{page}", f"{self.site}/slides/{page}")

    def front_links(self) -> dict[str, str]:
        """The same for the course as a whole: the notebook links open the first lecture."""
        return _labelled(*self._notebook(FIRST), f"{self.site}/", f"{self.site}/slides/index.html")

    def _notebook(self, name: str) -> tuple[str, str]:
        """The addresses on Colab and on Binder."""
        return (
            f"https://colab.research.google.com/github/{self.repo}/blob/{self.ref}/notebooks/{name}",
            f"https://mybinder.org/v2/gh/{self.repo}/{self.ref}?urlpath=lab/tree/notebooks/{name}",
        )


def _labelled(*addresses: str) -> dict[str, str]:
    """The addresses by label."""
    return dict(zip(LABELS, addresses, strict=True))


def require_repo(repo: str) -> re.Match[str]:
    """The parts of "owner/name".

    Raises:
        CourseError: It is not of that form.
    """
    match = REPO.fullmatch(repo)
    if not match or match["name"] in (".", "..") or match["name"].endswith(".git"):
        raise CourseError(
            f"{repo!r} names no repository on GitHub: needed is owner/name, of letters, digits and - (in the name also "
            ". and _). Type: make publish REPO=owner/name REF=v1"
        )
    return match


def of(repo: str, ref: str) -> Launch:
    """The settings of a course in this repository; its site is that of GitHub Pages.

    Raises:
        CourseError: The repository or the ref cannot be linked.
    """
    owner, name = require_repo(repo).group("owner", "name")
    host = f"{owner.lower()}.github.io"
    return Launch(repo, ref, f"https://{host}" + ("" if name.lower() == host else f"/{name}"))


def read(root: Path) -> Launch | None:
    """The settings of the course in this folder; None before it is published.

    Raises:
        CourseError: The settings are not complete, or something in them cannot be linked.
    """
    path = root / "pyproject.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("course") if path.exists() else None
    if table is None:
        return None
    if set(table) != {"repo", "ref", "site"}:
        there = ", ".join(sorted(table)) or "nothing"
        raise CourseError(
            f"[tool.course] in pyproject.toml holds {there}: needed are repo, ref and site. Type: make publish"
        )
    return Launch(**table)


def line(links: dict[str, str]) -> str:
    """The links as one line of markdown: words, because a badge would be fetched from elsewhere."""
    return " · ".join(f"[{label}]({address})" for label, address in links.items())


def without_line(source: str) -> str:
    """A title cell without its line of links."""
    return LINE.sub("", source).rstrip("\n")
