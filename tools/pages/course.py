"""A checkout as the site sees it: which file becomes which page, and where links lead."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from tools import launch, notebooks
from tools.launch import LECTURES, Launch

FRONT_PAGE = {"docs/index.md": "index"}
#: Pages beside the lectures, in the order of the sidebar: caption → {file in the repository: page}.
SIDEBAR = {
    "To look up": {"docs/claims.md": "claims", "docs/glossary.md": "glossary", "docs/references.md": "references"},
    "Help": {"docs/troubleshooting.md": "troubleshooting"},
    "For instructors": {"docs/teaching.md": "teaching"},
    "For maintainers": {
        "docs/maintaining.md": "maintaining",
        "CONTRIBUTING.md": "contributing",
        "CHANGELOG.md": "changes",
    },
}
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*)\]\((?P<file>[^)\s#:]+)(?P<anchor>#[^)\s]*)?\)")
DECK_FILES = {
    "Slides": "{}.html",
    "Handout": "{}-handout.html",
    "Slides as PDF": "{}.pdf",
    "Handout as PDF": "{}-handout.pdf",
}


@dataclass(frozen=True)
class Course:
    """A checkout that a site is made of.

    Attributes:
        root: Its folder.
        pages: By file in the checkout, the page that it becomes.
        launch: Where the course is published, if it is.
    """

    root: Path
    pages: dict[Path, str]
    launch: Launch | None = None

    @property
    def lectures(self) -> list[Path]:
        """The lectures' notebooks, in order."""
        return [file for file in self.pages if file.suffix == ".ipynb"]

    @property
    def decks(self) -> Path:
        """Where the lectures' slides lie once they were built."""
        return self.root / "slides" / "build"

    def address(self, file: Path) -> str:
        """The address of a file in the published repository."""
        return f"https://github.com/{self.launch.repo}/blob/{self.launch.ref}/{file.relative_to(self.root).as_posix()}"


def read(root: Path) -> Course:
    """The checkout, with what `[tool.course]` of its pyproject.toml says about where it is published."""
    documents = {root / file: page for part in (FRONT_PAGE, *SIDEBAR.values()) for file, page in part.items()}
    pages = {file: page for file, page in documents.items() if file.exists()}
    pages |= {path: f"{LECTURES}/{path.stem}" for path in notebooks.find(folder=root / notebooks.FOLDER.name)}
    return Course(root, pages, launch.read(root))


def relinked(course: Course, text: str, file: Path) -> str:
    """The text of a file with its links to other files turned to pages, to the repository, or into plain words."""

    def turned(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(file.parent / link["file"]))
        if not target.exists() and target.suffix not in (".ipynb", ".md"):
            return link[0]  # no link: an index and a call, in a formula or in code
        address = _address(course, target, file)
        return f"[{link['text']}]({address}{link['anchor'] or ''})" if address else link["text"]

    return LINK.sub(turned, text)


def _address(course: Course, target: Path, file: Path) -> str:
    """Where a link from a file to another one leads; "" where that is nowhere."""
    if target in course.pages:
        return posixpath.relpath(course.pages[target] + target.suffix, posixpath.dirname(course.pages[file]))
    return course.address(target) if course.launch and target.exists() else ""


def deck_links(course: Course, file: Path, up: str = "") -> list[str]:
    """Links to the slides and handouts of a lecture that were built."""
    files = {label: name.format(file.stem) for label, name in DECK_FILES.items()}
    there = {label: name for label, name in files.items() if (course.decks / name).exists()}
    return [f'<a href="{up}slides/{name}">{label}</a>' for label, name in there.items()]


def launch_links(course: Course, file: Path) -> list[str]:
    """Links to the notebook where the course is published."""
    if not course.launch:
        return []
    links = course.launch.links(file.name)
    addresses = {label: links[label] for label in ("Open in Colab", "Binder")}
    addresses["Notebook on GitHub"] = course.address(file)
    return [f'<a href="{address}">{label}</a>' for label, address in addresses.items()]
