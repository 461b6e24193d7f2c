"""Writes what Sphinx reads: one file for each lecture and for each document of the site."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from tools import notebooks
from tools.pages import lecture, tables
from tools.pages.course import LECTURES, SIDEBAR, Course, deck_links, launch_links, relinked


def write(course: Course, folder: Path) -> None:
    """Write all pages into a folder, as notebooks and MyST."""
    (folder / LECTURES).mkdir(parents=True)
    for file, page in course.pages.items():
        if file.suffix == ".ipynb":
            notebooks.save(folder / f"{page}.ipynb", notebooks.dumps(lecture_page(course, file)))
        else:
            text = filled(course, file.read_text(encoding="utf-8"))
            notebooks.save(folder / f"{page}.md", relinked(course, text, file))


def lecture_page(course: Course, file: Path) -> NotebookNode:
    """A lecture's page, with links that lead to other pages."""
    links = " · ".join([*deck_links(course, file, "../"), *launch_links(course, file)])
    line = f'<p class="links">{links}</p>' if links else ""
    page = lecture.page(notebooks.read(file), notebooks.number(file), line)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell["source"] = relinked(course, cell.source, file)
    return page


def filled(course: Course, text: str) -> str:
    """A document with what its marks ask for."""
    makers = {"lectures": syllabus, "contents": contents, "claims": claims, "references": references}
    for name, make in makers.items():
        mark = f"<!-- {name} -->"
        text = text.replace(mark, make(course)) if mark in text else text
    return text


def syllabus(course: Course) -> str:
    """The table of lectures."""
    return tables.syllabus(
        course.lectures, {path.stem: " ".join(deck_links(course, path)[:2]) for path in course.lectures}
    )


def claims(course: Course) -> str:
    """The claims of all lectures."""
    return tables.claims(course.lectures)


def references(course: Course) -> str:
    """The references of all lectures."""
    return tables.references(course.lectures)


def contents(course: Course) -> str:
    """The sidebar: all lectures, then the other pages."""
    parts = {"Lectures": [course.pages[path] for path in course.lectures]}
    for caption, files in SIDEBAR.items():
        parts[caption] = [page for file, page in files.items() if course.root / file in course.pages]
    trees = [
        "\n".join(["```{toctree}", ":hidden:", f":caption: {name}", *pages, "```"]) for name, pages in parts.items()
    ]
    return "\n\n".join(trees)
