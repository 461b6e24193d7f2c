"""Rules about what publishing writes: every link opens the course that pyproject.toml names, or there is none."""

from __future__ import annotations

import re

from tools import install_cell, launch
from tools.rules.base import EXECUTE, rule

PUBLISH = "make publish with the REPO and REF it shall have, or make unpublish; then make lint N={number}"
LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


def settings(lecture):
    """Where the course of this lecture is published, or None."""
    return launch.read(lecture.path.parent.parent)


@rule("markdown", PUBLISH)
def launch_links(cell, lecture):
    """The launch links are not those of the settings in pyproject.toml."""
    if cell["id"] != "title":
        return
    where = settings(lecture)
    wanted = where.links(lecture.path.name) if where else {}
    links = [link for line in launch.LINE.findall(cell.source) for link in LINK.findall(line)]
    yield from (f"{label} leads to {address}" for label, address in links if wanted.get(label) != address)
    yield from (f"{label} is missing" for label in wanted if label not in dict(links))
    if where and not cell.source.endswith(f"\n\n{launch.line(wanted)}"):
        yield "their line does not end the cell"


@rule("markdown")
def launch_links_in_title(cell, lecture):
    """A link to Colab or Binder stands only under the title, where publishing keeps it right."""
    if cell["id"] != "title":
        yield from launch.ADDRESS.findall(cell.source)


@rule("code", PUBLISH)
def install_address(cell, lecture):
    """The install cell is not the one that publishing writes."""
    where = settings(lecture)
    if cell["id"] == "install" and cell.source != install_cell.source(where.address if where else ""):
        yield f"it installs from {where.address}" if where else "before publishing it installs nothing"


@rule("code", EXECUTE)
def silent_install(cell, lecture):
    """The install cell shows something, and must not where the course is installed."""
    if cell["id"] == "install" and cell.outputs:
        yield ""
